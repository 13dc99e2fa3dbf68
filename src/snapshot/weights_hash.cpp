#include "snapshot/weights_hash.hpp"

#include "snapshot/archive.hpp"

namespace carousel {

Sha256Digest weights_sha256(const Snapshot& snapshot) {
    Sha256 hash;
    write_record(snapshot.weights, [&](std::span<const std::byte> bytes) { hash.update(bytes); });
    return hash.finish();
}

}  // namespace carousel
