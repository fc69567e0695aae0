/*
 * A library whose one exported function calls what it is given through others
 * that only its debug information knows.
 */

#define NOINLINE __attribute__((noinline))
#define BEHIND   __asm__ volatile("" ::: "memory")

void callee_enter(void (*act)(void));

static NOINLINE void hidden_inner(void (*act)(void))
{
	act();
	BEHIND;
}

static NOINLINE void hidden_outer(void (*act)(void))
{
	hidden_inner(act);
	BEHIND;
}

void callee_enter(void (*act)(void))
{
	hidden_outer(act);
	BEHIND;
}
