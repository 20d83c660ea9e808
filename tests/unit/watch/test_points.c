/* test_points.c - placeholder */
int main(void)
{
	return 0;
}
