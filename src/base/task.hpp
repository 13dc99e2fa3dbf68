#pragma once

#include <type_traits>

namespace carousel {

/// A callable passed by reference: unlike std::function it never allocates. It must outlive the
/// call.
template <typename Argument>
class Task {
public:
    template <typename F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, Task>)
        Task(const F& f)  // NOLINT: implicit by design, so that a lambda can be passed
        : object_(&f), call_([](const void* object, Argument argument) {
              (*static_cast<const F*>(object))(argument);
          }) {}
    void operator()(Argument argument) const { call_(object_, argument); }

private:
    const void* object_;
    void (*call_)(const void*, Argument);
};

}  // namespace carousel
