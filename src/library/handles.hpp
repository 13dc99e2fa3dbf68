#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <type_traits>

// The room library is the door for other programs: `include/carousel.h`, a border of plain C around
// app. In the order of a call:
//
//     border       what is thrown becomes a status and a text; structs that grow; pointers checked
//     handles      what stands behind the numbers that callers hold
//     settings     settings by name and word, from the descriptions that options come from
//     lent, model  a model for any number of threads
//     session      a text under way
//     score        how surprised a model is by a text
//     training     a training that tells a listener, and its plan
//
// `carousel.map` names the functions that are exported. Never here: a decision about a training or
// a text, a word on standard output, a signal, an end of the program.

namespace carousel {

/// What stands behind a handle.
class Held {
public:
    Held() = default;
    virtual ~Held() = default;
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    /// "a model", for messages.
    virtual std::string_view kind() const = 0;

    /// Taken for the time of a call by those that serve one at a time.
    std::mutex& in_use() { return in_use_; }

private:
    std::mutex in_use_;
};

/// Gives a number for `held`, which no other one ever gets: a handle that was given back, or never
/// was one, is told from those that are there without a look at any memory.
///
/// The list of them is the one thing in the house that the whole process shares: a caller in C
/// brings nothing but the number.
void* hand_out(std::shared_ptr<Held> held);

/// Throws: BorderError when there is none. `kind`: what is wanted, for messages.
std::shared_ptr<Held> find_held(const void* handle, std::string_view kind);

/// Forgets the handle. Throws: BorderError when there is none of this kind, or when it is in use.
void take_back(const void* handle, std::string_view kind);

/// What a handle stands for, kept alive as long as the result. `Kind` is a class under Held with a
/// `k_kind`.
template <typename Kind>
std::shared_ptr<Kind> find(const void* handle) {
    return std::static_pointer_cast<Kind>(find_held(handle, Kind::k_kind));
}

/// The same for the time of a call that needs it alone.
template <typename Kind>
class Turn {
public:
    /// Throws: BorderError also when another thread has it.
    explicit Turn(const void* handle) : held_(find<Kind>(handle)), turn_(take_turn(*held_)) {}

    Kind* operator->() const { return held_.get(); }
    Kind& operator*() const { return *held_; }

private:
    std::shared_ptr<Kind> held_;
    std::unique_lock<std::mutex> turn_;
};

/// Throws: BorderError when another thread has it.
std::unique_lock<std::mutex> take_turn(Held& held);

}  // namespace carousel
