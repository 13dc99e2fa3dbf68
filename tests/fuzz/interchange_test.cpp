#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "app/pytorch_metadata.hpp"
#include "base/error.hpp"
#include "fuzz/campaign.hpp"
#include "fuzz/here.hpp"
#include "fuzz/mutation.hpp"
#include "interchange/made_file.hpp"
#include "interchange/pytorch_layout.hpp"
#include "snapshot/small_snapshot.hpp"
#include "snapshot/snapshot_file.hpp"
#include "support/temporary_folder.hpp"

using namespace carousel;

namespace {

/// A file of Carousel's, and one of a stranger's.
std::vector<std::string> seeds() {
    std::vector<std::string> seeds;
    for (const auto cell : {CellKind::cifg, CellKind::gru, CellKind::rnn}) {
        auto snapshot = small_snapshot();
        snapshot.model.cell = cell;
        snapshot.text.normalization = Normalization::nfc;
        const auto weights = made_weights(snapshot.model);
        seeds.push_back(written_file(to_pytorch(snapshot.model, weights), metadata_of(snapshot)));
        seeds.push_back(written_file(to_pytorch(snapshot.model, weights)));
    }
    return seeds;
}

/// Imports files, and lets what comes of them write.
class ImportBench {
public:
    std::string flaw(const std::string& content) const {
        std::ofstream(file_, std::ios::binary | std::ios::trunc) << content;
        for (const std::vector<std::string>& alphabet :
             {std::vector<std::string>{}, {"--alphabet", "abc", "--ignore-others"}}) {
            std::filesystem::remove(output_);
            std::vector<std::string> words{"import", file_, "--output", output_};
            words.insert(words.end(), alphabet.begin(), alphabet.end());
            const auto imported = run_here(words);
            if (auto flaw = flaw_of(imported); !flaw.empty()) return "import: " + flaw;
            if (imported.code != 0) {
                if (std::filesystem::exists(output_)) return "a refused file left a model";
                continue;
            }
            const auto written = run_here({"generate", "--model", output_, "--length", "20",
                                           "--seed", "1", "--threads", "1", "--quiet"});
            if (auto flaw = flaw_of(written); !flaw.empty()) return "generate: " + flaw;
            try {
                load_snapshot(output_);
            } catch (const Error& error) {
                return std::string("what was imported does not load: ") + error.what();
            }
        }
        return {};
    }

private:
    TemporaryFolder folder_;
    std::string file_ = folder_ / "x.safetensors", output_ = folder_ / "x.carousel";
};

}  // namespace

TEST_SUITE("fuzz/interchange") {
    TEST_CASE("no safetensors file makes import crash, hang or leave a model that does not load") {
        const ImportBench bench;
        const auto files = seeds();
        run({.name = "interchange",
             .seeds = files,
             .words = {"\"__metadata__\":{", "\"data_offsets\":[", "\"shape\":[",
                       "\"dtype\":\"F16\"", "\"BF16\"", "\"F64\"", "\"I64\"", "[[[[",
                       "{\"a\":", "18446744073709551615", "1e308", "-1", "null", "\\u001b[2J",
                       "rnn.weight_hr_l0", "rnn.weight_ih_l1", "0,0", "0"},
             .usual = 300,
             .mutate = {},
             .harness = [&](const std::string& input) { return bench.flaw(input); }});
    }
}
