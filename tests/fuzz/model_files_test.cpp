#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/error.hpp"
#include "fuzz/campaign.hpp"
#include "fuzz/here.hpp"
#include "fuzz/hostile_snapshot.hpp"
#include "fuzz/mutation.hpp"
#include "snapshot/archive.hpp"
#include "snapshot/small_snapshot.hpp"
#include "snapshot/snapshot_file.hpp"
#include "support/temporary_folder.hpp"
#include "support/well_formed.hpp"

using namespace carousel;

namespace {

std::string content(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

constexpr int k_steps = 4;

/// Small model files and everything that they are used for.
class Bench {
public:
    Bench() {
        std::string text;
        for (int i = 0; i < 40; ++i) text += "a bad cab, " + std::to_string(i % 3) + "\n";
        write(text_, text);
    }

    /// The contents, without container, of what trainings leave behind.
    std::vector<std::string> seeds() const {
        std::vector<std::string> seeds;
        const auto keep = [&](const std::filesystem::path& file) {
            const auto bytes = content(file);
            REQUIRE(bytes.size() > 72);
            seeds.push_back(bytes.substr(40, bytes.size() - 72));
        };
        for (const std::vector<std::string>& more :
             {std::vector<std::string>{"--cell", "lstm", "--min-count", "30"},
              {"--cell", "grid", "--layers", "2", "--unit", "grapheme"},
              {"--cell", "rnn", "--unit", "byte", "--average", "0"}}) {
            const auto model = (folder_ / "seed.carousel").string();
            std::filesystem::remove(folder_ / "seed.resume.carousel");
            std::filesystem::remove(model);
            auto words = training(model, k_steps);
            words.insert(words.end(), {text_, "--hidden-size", "2", "--batch-size", "2", "--window",
                                       "8", "--validate-every", "2"});
            words.insert(words.end(), more.begin(), more.end());
            const auto trained = run_here(words);
            REQUIRE_MESSAGE(trained.code == 0, trained.err);
            keep(model);
            keep(folder_ / "seed.resume.carousel");
            const auto small = (folder_ / "seed.int8.carousel").string();
            std::filesystem::remove(small);
            const auto exported =
                run_here({"export", model, "--precision", "int8", "--output", small, "--quiet"});
            REQUIRE_MESSAGE(exported.code == 0, exported.err);
            keep(small);
        }
        return seeds;
    }

    /// What goes wrong with a file of this content under a right checksum.
    std::string flaw(const std::string& payload) const {
        write(file_, framed(payload));
        bool resumable = false;
        try {
            const auto snapshot = load_snapshot(file_);
            resumable = snapshot.state.has_value() && !validates_elsewhere(snapshot);
        } catch (const SnapshotError& error) {
            const std::string why = error.what();
            if (!is_harmless(why)) return "a refusal can drive a terminal";
            return why.size() > 3000 ? "a refusal fills the screen" : "";
        }
        const auto page = (folder_ / "page.html").string();
        std::filesystem::remove(page);
        std::vector<std::vector<std::string>> uses{
            {"inspect", file_},
            {"inspect", file_, "--json"},
            {"generate", "--model", file_, "--length", "30", "--seed", "1", "--threads", "1",
             "--quiet"},
            {"evaluate", text_, "--model", file_, "--html", page, "--threads", "1", "--quiet"}};
        if (resumable) {
            write(folder_ / "again.carousel", framed(payload));
            write(folder_ / "again.resume.carousel", framed(payload));
            uses.push_back(training((folder_ / "again.carousel").string(), k_steps + 2));
            uses.back().insert(uses.back().begin() + 1, {text_, "--resume", "--changed-corpus"});
        }
        for (const auto& words : uses) {
            const auto ran = run_here(words);
            if (auto flaw = flaw_of(ran); !flaw.empty()) return words[0] + ": " + flaw;
            if (words[0] != "inspect") continue;
            if (!is_harmless(ran.out)) return "inspect can drive a terminal";
            if (words.size() == 2 && ran.out.size() > 100'000) return "inspect fills the screen";
        }
        if (!std::filesystem::exists(page)) return {};
        const auto wrong = WellFormed::flaw(content(page));
        return wrong.empty() ? "" : "the page is not well formed: " + wrong;
    }

private:
    /// A resumed training reads the text to validate on that its file names, like any that a user
    /// names, or one of that name beside the model: "/" takes as long as the disk is large.
    bool validates_elsewhere(const Snapshot& snapshot) const {
        const auto& validation = snapshot.corpus.validation;
        return validation && validation->path != text_;
    }

    static std::vector<std::string> training(const std::string& model, int steps) {
        return {"train", "--model",        model, "--steps", std::to_string(steps), "--threads",
                "1",     "--sample-every", "0",   "--quiet"};
    }

    TemporaryFolder folder_;
    std::string text_ = folder_ / "text.txt", file_ = folder_ / "x.carousel";
};

/// Of every two mutants one has a field changed that the grammar knows, the other bytes.
std::string mutant(const std::string& payload, const std::vector<std::string>& seeds,
                   Chance& chance) {
    if (chance.one_in(2)) return mutated(payload, seeds, {}, chance);
    try {
        auto snapshot = read_record<Snapshot>(std::as_bytes(std::span(payload)));
        for (std::uint64_t i = 0; i <= chance.below(3); ++i) OneChange::make(snapshot, chance);
        return encoded(snapshot);
    } catch (const std::invalid_argument&) {
        return mutated(payload, seeds, {}, chance);
    }
}

}  // namespace

TEST_SUITE("fuzz/model_files") {
    TEST_CASE("no content of a model file makes a command crash, hang or speak to the terminal") {
        const Bench bench;
        const auto seeds = bench.seeds();
        run({.name = "model_files",
             .seeds = seeds,
             .words = {},
             .usual = 400,
             .mutate = [&](const std::string& input,
                           Chance& chance) { return mutant(input, seeds, chance); },
             .harness = [&](const std::string& input) { return bench.flaw(input); }});
    }
}
