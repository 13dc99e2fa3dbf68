#pragma once

#include <cstdint>

namespace carousel {

/// While it lives, its thread turns numbers below 1e-38 to zero (FTZ and DAZ): they add nothing to
/// a model but can slow arithmetic twentyfold. Afterwards the thread's mode is as it was. The mode
/// belongs to a thread and is not inherited by a team's: whatever enters the machine opens one.
class FlushDenormals {
public:
    FlushDenormals();
    ~FlushDenormals();
    FlushDenormals(const FlushDenormals&) = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;

private:
    std::uint64_t before_;  // the control register
};

}  // namespace carousel
