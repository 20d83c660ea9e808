/* pointed.c - a program for test_usdt: points of ours, and points as others write them */
#define FG_USDT 1
#include <fieldguard/usdt.h>

#include <stdio.h>

FG_PROBE_SEMAPHORE(pointed);

/* A note by hand, of a point without a semaphore. base: what it says of .stapsdt.base. */
#define NOTE(owner, type, base, provider, name, arguments)                                                             \
	__asm__ __volatile__("990:\tnop\n"                                                                             \
			     "\t.pushsection .note.stapsdt,\"?\",\"note\"\n"                                           \
			     "\t.balign 4\n"                                                                           \
			     "\t.4byte 992f-991f,994f-993f," #type "\n"                                                \
			     "991:\t.asciz \"" owner "\"\n"                                                            \
			     "992:\t.balign 4\n"                                                                       \
			     "993:\t.8byte 990b," base ",0\n"                                                          \
			     "\t.asciz \"" provider "\"\n\t.asciz \"" name "\"\n\t.asciz \"" arguments "\"\n"           \
			     "994:\t.balign 4\n"                                                                       \
			     "\t.popsection\n")

int main(int argc, char **argv)
{
	FG_PROBE(pointed, argv, 3, 0, argc);
	NOTE("stapsdt", 3, "_.stapsdt.base", "libc", "memory_heap", "8@%r15 -4@-12(%rbp) 8@16(%rax,%rbx,4) 1@%ah");
	NOTE("stapsdt", 3, "_.stapsdt.base", "none", "bare", "");
	NOTE("strange", 3, "_.stapsdt.base", "not", "ours", "");
	NOTE("stapsdt", 4, "_.stapsdt.base", "not", "known", "");
	__asm__ __volatile__(".pushsection .note.stapsdt,\"?\",\"note\"\n\t.balign 4\n\t.4byte 8,36,3\n"
			     "\t.asciz \"stapsdt\"\n\t.8byte 1,_.stapsdt.base,0\n\t.asciz \"left\"\n\t.asciz \"out\"\n"
			     "\t.asciz \"\"\n\t.balign 4\n\t.popsection");
	if (FG_WATCHED(pointed))
		FG_PROBE_WHOLE(pointed, argv, 4);
	printf("%d\n", argc);
	return 0;
}
