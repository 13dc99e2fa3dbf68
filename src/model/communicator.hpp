#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>

namespace carousel {

/// How processes that train one model speak with each other. They are numbered from 0, and process
/// 0 leads: it has the text, the files and the terminal.
class Communicator {
public:
    virtual ~Communicator() = default;

    virtual int processes() const = 0;
    virtual int process() const = 0;  ///< the own number

    /// Bytes to or from another process.
    template <typename Byte>
    struct Message {
        int process;
        std::span<Byte> bytes;
    };
    using Outgoing = Message<const std::byte>;
    using Incoming = Message<std::byte>;

    /// Sends and receives all of these side by side, and returns when all are through. What one
    /// process sends to another arrives in order; both must mean the same sizes.
    /// Throws: Error when a process has gone.
    virtual void exchange(std::span<const Outgoing> out, std::span<const Incoming> in) = 0;

    /// Work has failed while others wait for this process: it says no more, and nobody shall wait.
    virtual void abandon() noexcept = 0;
};

/// A process that trains alone.
class Alone final : public Communicator {
public:
    int processes() const override { return 1; }
    int process() const override { return 0; }
    void exchange(std::span<const Outgoing> out, std::span<const Incoming> in) override {
        if (!out.empty() || !in.empty()) throw std::logic_error("there is no other process");
    }
    void abandon() noexcept override {}
};

}  // namespace carousel
