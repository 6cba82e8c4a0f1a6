#ifndef SALLYPORT_PROCESS_YAML_READER_H_
#define SALLYPORT_PROCESS_YAML_READER_H_

// Reads a YAML configuration strictly, so that a loader is a list of what it
// knows:
//
//   absl::StatusOr<YamlDocument> document = YamlDocument::FromFile(path);
//   if (!document.ok()) return document.status();
//   YamlMapping root = document->root();
//   config.listen = root.String("listen", "127.0.0.1:5672");
//   config.deadline = root.Duration("deadline", absl::Seconds(30), absl::Seconds(1), kLongest);
//   if (std::optional<YamlMapping> tls = root.Mapping("tls")) ReadTls(*tls, &config.tls);
//   for (YamlMapping listener : root.MappingList("listeners")) ...
//   if (absl::Status status = document->Finish(); !status.ok()) return status;
//
// A value that is wrong or missing is remembered, and reading goes on with the
// fallback (or an empty value); Finish tells the first error, as
// "sallyportd.yaml:7:3: unknown key 'lisen'; did you mean 'listen'?". Anchors
// and aliases work; merge keys ("<<") do not. Not thread-safe.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace sallyport::process {

struct YamlEntry;
struct YamlNode;
struct YamlState;
struct YamlUse;

// YamlMapping is one mapping of a document, which must outlive it. Copies are
// cheap and share what was asked for. Each reading call makes its key known.
class YamlMapping {
 public:
  // Has is whether the key is there; it does not make the key known.
  bool Has(std::string_view key) const;

  // A scalar's text. RequiredString refuses a missing key and an empty text.
  std::string String(std::string_view key, std::string_view fallback);
  std::optional<std::string> OptionalString(std::string_view key);
  std::string RequiredString(std::string_view key);

  // Bool reads true or false, and no other word.
  bool Bool(std::string_view key, bool fallback);

  // Uint reads a decimal number from min to max.
  uint64_t Uint(std::string_view key, uint64_t fallback, uint64_t min, uint64_t max);

  // Size reads a number of bytes from min to max: "4096", "64KiB", "16MiB" or
  // "1GiB".
  uint64_t Size(std::string_view key, uint64_t fallback, uint64_t min, uint64_t max);

  // Duration reads a time from min to max: "250ms", "30s", "1h30m".
  absl::Duration Duration(std::string_view key, absl::Duration fallback, absl::Duration min,
                          absl::Duration max);

  // StringList reads a sequence of scalars; empty where the key is missing.
  std::vector<std::string> StringList(std::string_view key);

  // Choice reads one of the names given.
  template <typename T>
  T Choice(std::string_view key, T fallback,
           std::initializer_list<std::pair<std::string_view, T>> choices) {
    std::vector<std::string_view> names;
    for (const auto& choice : choices) names.push_back(choice.first);
    const std::optional<size_t> index = ChoiceIndex(key, names);
    return index.has_value() ? std::data(choices)[*index].second : fallback;
  }

  // Mapping is the child of that name, if there is one.
  std::optional<YamlMapping> Mapping(std::string_view key);

  // MappingList is a sequence of mappings; empty where the key is missing.
  std::vector<YamlMapping> MappingList(std::string_view key);

  // NamedMappings is a mapping whose keys are the operator's own names and whose
  // values are mappings, in the order of the file; empty where the key is missing.
  std::vector<std::pair<std::string, YamlMapping>> NamedMappings(std::string_view key);

  // Refuse reports what only the caller can judge, at the place of the key's
  // value, or of the mapping where the key is missing.
  void Refuse(std::string_view key, std::string_view message);

  // Place is "file:line:column" of the key's value, or of the mapping where the
  // key is missing: for errors that are found later.
  std::string Place(std::string_view key) const;

 private:
  friend class YamlDocument;

  YamlMapping(YamlState* state, const YamlNode& node);

  const YamlEntry* Find(std::string_view key) const;
  // The value of a key that becomes known; null where it is missing.
  const YamlNode* Ask(std::string_view key);
  // The text of a key's scalar; null where it is missing or no scalar.
  const std::string* AskScalar(std::string_view key, std::string_view expected);
  void Expected(const YamlNode& node, std::string_view key, std::string_view expected);
  std::optional<size_t> ChoiceIndex(std::string_view key, std::span<const std::string_view> names);

  YamlState* state_;
  YamlUse* use_;
};

// YamlDocument is one file's content and the errors found in it. Movable; its
// mappings stay valid.
class YamlDocument {
 public:
  // FromFile fails as ReadFile and FromText do. `path` is the file's name in
  // errors.
  static absl::StatusOr<YamlDocument> FromFile(const std::string& path);

  // FromText fails with InvalidArgument where `text` is not one YAML document
  // whose root is a mapping, or is beyond the limits of yaml_tree.h. No text at
  // all is an empty mapping.
  static absl::StatusOr<YamlDocument> FromText(std::string_view text, std::string_view source_name);

  YamlDocument(YamlDocument&&) noexcept;
  YamlDocument& operator=(YamlDocument&&) noexcept;
  ~YamlDocument();

  YamlMapping root();

  // Finish is OK, or InvalidArgument with the first wrong value; else the first
  // key that nobody asked for, in any mapping that was read; else the first
  // that was missing. Call it when everything has been read.
  absl::Status Finish() const;

 private:
  explicit YamlDocument(std::unique_ptr<YamlState> state);

  std::unique_ptr<YamlState> state_;
};

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_YAML_READER_H_
