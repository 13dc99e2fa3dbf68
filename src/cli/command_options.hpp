#pragma once

#include <string>
#include <vector>

#include "cli/option_table.hpp"
#include "cli/options.hpp"

namespace carousel {

/// The options of a command, bound to the fields of `options` and `global`, which must outlive the
/// table.
OptionTable option_table(TrainOptions& options, GlobalOptions& global);
OptionTable option_table(PlanOptions& options, GlobalOptions& global);
OptionTable option_table(CompareOptions& options, GlobalOptions& global);
OptionTable option_table(GenerateOptions& options, GlobalOptions& global);
OptionTable option_table(EvaluationRequest& options, GlobalOptions& global);
OptionTable option_table(InspectOptions& options, GlobalOptions& global);
OptionTable option_table(ModelsOptions& options, GlobalOptions& global);
OptionTable option_table(ExportOptions& options, GlobalOptions& global);
OptionTable option_table(ImportRequest& options, GlobalOptions& global);
OptionTable option_table(AverageRequest& options, GlobalOptions& global);
OptionTable option_table(CompressOptions& options, GlobalOptions& global);
OptionTable option_table(DecompressOptions& options, GlobalOptions& global);
OptionTable option_table(FillOptions& options, GlobalOptions& global);
OptionTable option_table(CorrectOptions& options, GlobalOptions& global);
OptionTable option_table(LabOptions& options, GlobalOptions& global);
OptionTable option_table(BenchmarkOptions& options, GlobalOptions& global);

/// Takes the words that are no options, and checks what options say together. Throws: UsageError.
void finish_options(TrainOptions& options, std::vector<std::string> words);
void finish_options(PlanOptions& options, std::vector<std::string> words);
void finish_options(CompareOptions& options, std::vector<std::string> words);
void finish_options(GenerateOptions& options, std::vector<std::string> words);
void finish_options(EvaluationRequest& options, std::vector<std::string> words);
void finish_options(InspectOptions& options, std::vector<std::string> words);
void finish_options(ModelsOptions& options, std::vector<std::string> words);
void finish_options(ExportOptions& options, std::vector<std::string> words);
void finish_options(ImportRequest& options, std::vector<std::string> words);
void finish_options(AverageRequest& options, std::vector<std::string> words);
void finish_options(CompressOptions& options, std::vector<std::string> words);
void finish_options(DecompressOptions& options, std::vector<std::string> words);
void finish_options(FillOptions& options, std::vector<std::string> words);
void finish_options(CorrectOptions& options, std::vector<std::string> words);
void finish_options(LabOptions& options, std::vector<std::string> words);
void finish_options(BenchmarkOptions& options, std::vector<std::string> words);

}  // namespace carousel
