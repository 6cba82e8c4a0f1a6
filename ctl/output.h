#ifndef SALLYPORT_CTL_OUTPUT_H_
#define SALLYPORT_CTL_OUTPUT_H_

// What every command has in common when it prints: for people, or for scripts.

#include <google/protobuf/timestamp.pb.h>

#include <CLI/App.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::ctl {

enum class OutputFormat { kText, kJson };

// AddOutputOption adds --output; `format` outlives `command`.
void AddOutputOption(CLI::App& command, OutputFormat& format);

// PrintJson prints the value over several lines, PrintJsonLine on one.
void PrintJson(const nlohmann::ordered_json& json);
void PrintJsonLine(const nlohmann::ordered_json& json);

// PrintTable prints rows with their columns aligned; the first row is the heading.
void PrintTable(const std::vector<std::vector<std::string>>& rows);

// Printable is `text` without what a terminal would obey.
std::string Printable(std::string_view text);

// FormatTime is such as "2030-12-31T23:59:59Z".
std::string FormatTime(const google::protobuf::Timestamp& timestamp);

// Plural is "1 user", "2 users".
std::string Plural(uint64_t count, std::string_view what);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_OUTPUT_H_
