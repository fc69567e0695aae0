/*
 * stacks chain, in C++: templates within templates, a lambda, an exception
 * that is being handled, functions of classes in nameless namespaces.
 */
#include <csignal>
#include <functional>
#include <string>
#include <vector>

namespace
{

void ignore(int)
{
}

[[gnu::noinline]] void suspend()
{
	sigset_t mask;

	sigprocmask(SIG_BLOCK, nullptr, &mask);
	sigdelset(&mask, SIGALRM);
	raise(SIGALRM);
	sigsuspend(&mask);
	asm volatile("" ::: "memory");
}

template <typename Inner> struct wrap {
	Inner inner;

	[[gnu::noinline]] int call(int value) const
	{
		int result = inner.call(value + 1);

		asm volatile("" ::: "memory");
		return result + 1;
	}
};

template <typename First, typename... Rest> struct several {
	[[gnu::noinline]] int call(int value) const
	{
		const std::function<int(int)> act = [](int given) {
			try {
				throw std::string("thrown");
			} catch (const std::string &) {
				suspend();
			}
			return given;
		};
		int result = act(value);

		asm volatile("" ::: "memory");
		return result;
	}
};

} // namespace

int main()
{
	const wrap<wrap<wrap<several<int, std::vector<std::string>>>>> deep{};
	sigset_t alarm_alone;

	sigemptyset(&alarm_alone);
	sigaddset(&alarm_alone, SIGALRM);
	sigprocmask(SIG_BLOCK, &alarm_alone, nullptr);
	signal(SIGALRM, ignore);
	return deep.call(1) == 7 ? 0 : 1;
}
