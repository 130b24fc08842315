/* SPDX-License-Identifier: GPL-2.0 */
/* What the rules are tried on: each mutant of it can be run, whatever it does. */
#include <stdbool.h>
#include <stddef.h>

#define MANY 16
#define twice(x) ({ int twice_ = (x); twice_ + twice_; })
#define each(i, n) for ((i) = 0; (i) < (n); (i)++)
#define EINVAL 22

enum colour { RED = 1, GREEN = 2, BLUE = 4 };

static int steps;

static void step(int more)
{
	steps += more;
}

int compare(int a, int b)
{
	if (a < b)
		return 7;
	return 0;
}

bool both(bool a, bool b)
{
	return a && b;
}

int macros(int a)
{
	return twice(a + 3);
}

int loops(int n)
{
	int i, sum = 0;

	each(i, n & 7) {
		if (i == 2)
			continue;
		sum += i;
	}
	return sum;
}

int flags(int set)
{
	int mask = RED | GREEN;

	if (set & BLUE)
		mask &= ~RED;
	return mask;
}

int calls(int a, int b)
{
	steps = 0;
	step(a);
	steps = steps * 2;
	step(b);
	return steps;
}

int nested(int a, int b)
{
	if (a > 0) {
		if (b > 0 || a == 3)
			return MANY;
		step(a ? 1 : 2);
	} else if (!b) {
		a = -a;
	}
	return a;
}
