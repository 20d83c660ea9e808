/* victim_late.c - a library that a victim opens while it is watched */
int late_answer(void);

int late_answer(void)
{
	return 42;
}
