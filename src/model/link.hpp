#pragma once

namespace carousel {

/// What one process can send to another while all do.
struct Link {
    double bytes_per_second = 0;
    double latency = 0;  ///< seconds until a small message has arrived
};

}  // namespace carousel
