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
#include "support/places.hpp"
#include "support/temporary_folder.hpp"

// Model files that programs of the past wrote. They are never written anew: a new version of the
// format gets a folder of its own beside this one.

namespace carousel {
namespace {

const std::filesystem::path k_folder = source_root() / "tests/snapshot";

/// The `weights_sha256` that `inspect` printed of each file when it was written.
const std::map<std::string, std::string> k_weights{
    {"version_1/attention-lstm.carousel",
     "4e2903682c0bebe0c3e67f3b50cce30b1413909254865bd29723256e01b03154"},
    {"version_1/byte.carousel", "85b62bbe2cf51836929f1e92bc08938c0e09a8be67edd76ceade7e0cc166963d"},
    {"version_1/capped-lstm.carousel",
     "ef6fef233fa8c6904080820f90001834a179cc0d6a53ffc388859f97c7872cd3"},
    {"version_1/cifg.carousel", "03fc56bbdb2daae83f1021044ebb05799a2d8c123e6e23855f93930f88e13044"},
    {"version_1/clockwork.carousel",
     "e27fd030c9b6f8636b11533ad65e8cbd87b9d3a1d7e16183cb4e35ac8d905a3b"},
    {"version_1/depth-gated.carousel",
     "219d7a6edace0a811975fd179ada7bec93f00c5b15eb5c5537dea447e3b6c8e1"},
    {"version_1/grapheme.carousel",
     "d31144324e72f5a1e09db8855d313bd1addee3f5dde9db902658726671c5e30c"},
    {"version_1/grid.carousel", "6cb0490d43639e49052f2f624434763f336f382a76a7deaba3ffdf9c0cefe94c"},
    {"version_1/gru-before.carousel",
     "3605734708c69d222dad7c8603a330ad64ffc2cc81c9bf4112ab31a0d7f974f8"},
    {"version_1/gru.carousel", "97572ecaf713e44a4d2af6d9afd41d6d3025c7bc12188b5886e3a844d5586c69"},
    {"version_1/int8.carousel", "40e03b7d060b1f7c3dd5e1b950888d6b8a91b0f2f84bb8c36309027407b199ba"},
    {"version_1/layernorm-lstm.carousel",
     "07b402c48a72b31b57dd7e5db40f0c799d59b8b2cc7cc68c72186312cf24788b"},
    {"version_1/lstm.carousel", "31394bff676191b10c6735633c6631f8c592ce56535223373bb6bcb80f4f62ac"},
    {"version_1/lstm1997.carousel",
     "30cccd746c80f33155869ceef79a2ab00f2f865d53bfb6a7ef8abe6acb541369"},
    {"version_1/mingru.carousel",
     "dd6d03461c03a4ef9266cfb4f0ce289afc154ef2106a8602bd6d9cc38921fe49"},
    {"version_1/minlstm.carousel",
     "cd3322771ddeb5405844b619c190d1251f6b6135209b33c43668c4113a3e82d1"},
    {"version_1/mlstm.carousel",
     "9b95325b3ee97edebaa7c4f6eb8ee50c13a169ba02c76b7ef8396616933d15d3"},
    {"version_1/mogrifier.carousel",
     "7e2d878eabe35f3cfa7437011fb877523dde349bb1629d608f7289450ca90b03"},
    {"version_1/peephole.carousel",
     "497d5c3f51b08ba92c8db2a6c786266170ed83582e9052c6a8557573465c005e"},
    {"version_1/rnn.carousel", "2f465d08665483bfaf3d81620bdfa5c93db52635df0e06bd817fd2b5f112b0fd"},
    {"version_1/settings.resume.carousel",
     "2b2f3f73c4dc549dc19ac00b01dd812e6a939605dbe838f087017dfbf50bb3bf"},
    {"version_1/slstm.carousel",
     "d4facf60cec49a80eed7bdc5ecffdb9c79f1c4dd7bddaed70150974f9ae59005"},
    {"version_2/shards.resume.carousel",
     "a2910e1dd2c3e554e1e7cb053d9e5360599f8dbec534cb731cbb3735ef4a375c"},
    {"version_3/bf16.carousel", "186a61b8505db5a1b327f22c5511695234353b9e40c4431ce5c1ce8bdc546b4a"},
    {"version_3/both.carousel", "28a5129200fef309767aa38d56e20d305a3dffe64a8a66ed6e87f0a4a31770b2"},
    {"version_3/both.resume.carousel",
     "28a5129200fef309767aa38d56e20d305a3dffe64a8a66ed6e87f0a4a31770b2"},
    {"version_3/taught.resume.carousel",
     "19ed7a017061d44b869750b4e754b43fc728ba34b1d1c3283c4305db99b1fea3"},
    {"version_3/transformer.carousel",
     "ea8ec93d509504d88f45dcf8920d925a850f94d56a15ed21176e9b400b97615e"},
    {"version_3/transformer.int8.carousel",
     "5d0e3202d8d5fd64ef975947e046de06b3d94447135cb5a3702346886d66bff4"}};

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
            const auto saved = folder / "saved.carousel";
            save_snapshot(saved, load_snapshot(k_folder / name));
            CHECK(bytes_of(saved) == bytes_of(k_folder / name));
        }
    }

    TEST_CASE("what later versions of the format can say is read from a file of each") {
        const auto shards = load_snapshot(k_folder / "version_2/shards.resume.carousel");
        CHECK(shards.training.shards == 2);
        const auto both = load_snapshot(k_folder / "version_3/both.resume.carousel");
        CHECK(both.model.direction == ReadingDirection::both);
        CHECK(both.state.has_value());
        const auto transformer = load_snapshot(k_folder / "version_3/transformer.carousel").model;
        CHECK(transformer.cell == CellKind::transformer);
        CHECK(transformer.heads == 2);
        CHECK(transformer.context == 6);
        const auto taught = load_snapshot(k_folder / "version_3/taught.resume.carousel");
        CHECK(taught.training.teacher_share == 0.25F);
        CHECK(taught.training.teacher_temperature == 1.5F);
        CHECK(taught.teachers.size() == 1);
    }

    TEST_CASE("there is a stored model of each cell of the first version") {
        for (const std::string word :
             {"lstm", "cifg", "capped-lstm", "rnn", "lstm1997", "peephole", "gru", "gru-before",
              "mlstm", "slstm", "minlstm", "mingru", "clockwork", "depth-gated", "grid",
              "mogrifier", "layernorm-lstm", "attention-lstm"}) {
            const auto cell =
                load_snapshot(k_folder / "version_1" / (word + ".carousel")).model.cell;
            CHECK(k_cell_words[static_cast<int>(cell)] == word);
        }
    }
}

}  // namespace carousel
