#include "snapshot/weights_hash.hpp"

#include <doctest/doctest.h>

#include <utility>

#include "small_snapshot.hpp"

namespace carousel {

TEST_SUITE("snapshot/weights_hash") {
    TEST_CASE("the hash of the weights depends on the weights and on nothing else") {
        const Snapshot snapshot = small_snapshot();
        const auto hash = weights_sha256(snapshot);
        Snapshot other;
        other.weights = snapshot.weights;
        CHECK(weights_sha256(other) == hash);
        other.weights[0].values[0] += 1;
        CHECK(weights_sha256(other) != hash);
        other = snapshot;
        other.weights[0].name += "x";
        CHECK(weights_sha256(other) != hash);
        other = snapshot;
        std::swap(other.weights[0].shape[0], other.weights[0].shape[1]);
        CHECK(weights_sha256(other) != hash);
    }

    TEST_CASE("the hash of one tensor is that of the bytes the document names") {
        Snapshot snapshot;
        snapshot.weights = {{"w", {1, 2}, {1.0F, 0.0F}}};
        Sha256 hash;
        hash.update(little_endian(1) + little_endian(1) + "w" + little_endian(2) +
                    little_endian(1) + little_endian(2) + little_endian(2) +
                    little_endian(0x3f800000, 4) + little_endian(0, 4));
        CHECK(weights_sha256(snapshot) == hash.finish());
    }
}

}  // namespace carousel
