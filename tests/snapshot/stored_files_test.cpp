#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "model/cell_kind.hpp"
#include "snapshot/snapshot_file.hpp"
#include "snapshot/weights_hash.hpp"
#include "support/temporary_folder.hpp"

// Model files that programs of the past wrote. They are never written anew: a new version of the
// format gets a folder of its own beside this one.

namespace carousel {
namespace {

const std::filesystem::path k_folder = CAROUSEL_STORED_FILES "/version_1";

/// The `weights_sha256` that `inspect` printed of each file when it was written.
const std::map<std::string, std::string> k_weights{
    {"attention-lstm.carousel", "4e2903682c0bebe0c3e67f3b50cce30b1413909254865bd29723256e01b03154"},
    {"byte.carousel", "85b62bbe2cf51836929f1e92bc08938c0e09a8be67edd76ceade7e0cc166963d"},
    {"capped-lstm.carousel", "ef6fef233fa8c6904080820f90001834a179cc0d6a53ffc388859f97c7872cd3"},
    {"cifg.carousel", "03fc56bbdb2daae83f1021044ebb05799a2d8c123e6e23855f93930f88e13044"},
    {"clockwork.carousel", "e27fd030c9b6f8636b11533ad65e8cbd87b9d3a1d7e16183cb4e35ac8d905a3b"},
    {"depth-gated.carousel", "219d7a6edace0a811975fd179ada7bec93f00c5b15eb5c5537dea447e3b6c8e1"},
    {"grapheme.carousel", "d31144324e72f5a1e09db8855d313bd1addee3f5dde9db902658726671c5e30c"},
    {"grid.carousel", "6cb0490d43639e49052f2f624434763f336f382a76a7deaba3ffdf9c0cefe94c"},
    {"gru-before.carousel", "3605734708c69d222dad7c8603a330ad64ffc2cc81c9bf4112ab31a0d7f974f8"},
    {"gru.carousel", "97572ecaf713e44a4d2af6d9afd41d6d3025c7bc12188b5886e3a844d5586c69"},
    {"int8.carousel", "40e03b7d060b1f7c3dd5e1b950888d6b8a91b0f2f84bb8c36309027407b199ba"},
    {"layernorm-lstm.carousel", "07b402c48a72b31b57dd7e5db40f0c799d59b8b2cc7cc68c72186312cf24788b"},
    {"lstm.carousel", "31394bff676191b10c6735633c6631f8c592ce56535223373bb6bcb80f4f62ac"},
    {"lstm1997.carousel", "30cccd746c80f33155869ceef79a2ab00f2f865d53bfb6a7ef8abe6acb541369"},
    {"mingru.carousel", "dd6d03461c03a4ef9266cfb4f0ce289afc154ef2106a8602bd6d9cc38921fe49"},
    {"minlstm.carousel", "cd3322771ddeb5405844b619c190d1251f6b6135209b33c43668c4113a3e82d1"},
    {"mlstm.carousel", "9b95325b3ee97edebaa7c4f6eb8ee50c13a169ba02c76b7ef8396616933d15d3"},
    {"mogrifier.carousel", "7e2d878eabe35f3cfa7437011fb877523dde349bb1629d608f7289450ca90b03"},
    {"peephole.carousel", "497d5c3f51b08ba92c8db2a6c786266170ed83582e9052c6a8557573465c005e"},
    {"rnn.carousel", "2f465d08665483bfaf3d81620bdfa5c93db52635df0e06bd817fd2b5f112b0fd"},
    {"settings.resume.carousel",
     "2b2f3f73c4dc549dc19ac00b01dd812e6a939605dbe838f087017dfbf50bb3bf"},
    {"slstm.carousel", "d4facf60cec49a80eed7bdc5ecffdb9c79f1c4dd7bddaed70150974f9ae59005"}};

std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    REQUIRE_MESSAGE(stream, path.string());
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

TEST_SUITE("snapshot/stored_files") {
    TEST_CASE("every stored model loads with the weights that it was written with") {
        for (const auto& [name, weights] : k_weights) {
            CAPTURE(name);
            CHECK(to_hex(weights_sha256(load_snapshot(k_folder / name))) == weights);
        }
    }

    TEST_CASE("every stored model is saved again with the same bytes") {
        const TemporaryFolder folder;
        for (const auto& [name, weights] : k_weights) {
            CAPTURE(name);
            save_snapshot(folder / name, load_snapshot(k_folder / name));
            CHECK(bytes_of(folder / name) == bytes_of(k_folder / name));
        }
    }

    TEST_CASE("there is a stored model of each cell of the first version") {
        for (const std::string word :
             {"lstm", "cifg", "capped-lstm", "rnn", "lstm1997", "peephole", "gru", "gru-before",
              "mlstm", "slstm", "minlstm", "mingru", "clockwork", "depth-gated", "grid",
              "mogrifier", "layernorm-lstm", "attention-lstm"}) {
            const auto cell = load_snapshot(k_folder / (word + ".carousel")).model.cell;
            CHECK(k_cell_words[static_cast<int>(cell)] == word);
        }
    }
}

}  // namespace carousel
