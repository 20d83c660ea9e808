/* A header in which nothing has a tag. */
// expect:  error: no struct here has a field with FG()
struct none {
	int x;
};
