// expect:  error: no struct here has a field with FG()
/* A header in which nothing has a tag. */
struct none {
	int x;
};
