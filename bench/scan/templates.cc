/* templates.cc - the standard library's containers: many types with long names */
#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <iostream>
#include <list>
#include <map>
#include <mutex>
#include <random>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

struct order {
	std::string id;
	std::variant<int, double, std::string> amount;
	std::map<std::string, std::vector<int>> items;
	std::unordered_map<int, std::list<std::string>> notes;
	std::function<void(int)> hook;
};

int main(int argc, char **argv)
{
	std::deque<order> orders;
	std::set<std::filesystem::path> paths;
	std::regex name("[a-z]+");
	std::mt19937_64 random(7);
	auto later = std::async(std::launch::async, [&] { return (int)(random() % 7); });

	for (int i = 0; i < argc; i++) {
		orders.push_back({argv[i], i, {{argv[i], {i}}}, {{i, {argv[i]}}}, [](int n) { std::cout << n; }});
		paths.insert(argv[i]);
		if (std::regex_match(argv[i], name))
			orders.back().hook(later.get());
	}
	return (int)(orders.size() + paths.size());
}
