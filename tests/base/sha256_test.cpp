#include "base/sha256.hpp"

#include <doctest/doctest.h>

namespace carousel {

TEST_SUITE("base/sha256") {
    // Source: the examples of FIPS 180-4 (NIST, "SHA-256 examples") and the empty message.
    TEST_CASE("the standard's examples have the standard's digests") {
        Sha256 hash;
        CHECK(to_hex(hash.finish()) ==
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        hash.update("abc");
        CHECK(to_hex(hash.finish()) ==
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        hash.update("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq");
        CHECK(to_hex(hash.finish()) ==
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
        for (int i = 0; i < 1000; ++i) hash.update(std::string(1000, 'a'));
        CHECK(to_hex(hash.finish()) ==
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }

    TEST_CASE("the digest does not depend on how the message is cut") {
        std::string message;
        for (int i = 0; i < 200; ++i) message += static_cast<char>(i);
        Sha256 whole;
        whole.update(message);
        const Sha256Digest digest = whole.finish();
        for (std::size_t cut = 0; cut <= message.size(); ++cut) {
            Sha256 pieces;
            pieces.update(std::string_view(message).substr(0, cut));
            pieces.update(std::string_view(message).substr(cut));
            CHECK(pieces.finish() == digest);
        }
    }

    TEST_CASE("a hash that is moved goes on where it was") {
        Sha256 first;
        first.update("ab");
        Sha256 second = std::move(first);
        second.update("c");
        CHECK(to_hex(second.finish()).starts_with("ba7816bf"));
    }
}

}  // namespace carousel
