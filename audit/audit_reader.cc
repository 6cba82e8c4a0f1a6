#include "audit/audit_reader.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "audit/audit_fields.h"
#include "core/amqp/sasl_code.h"

namespace sallyport::audit {
namespace {

using nlohmann::json;

std::optional<FailureReason> FindReason(std::string_view name) {
  for (int number = 1; number < 256; ++number) {
    const auto reason = static_cast<FailureReason>(number);
    // A number that is no reason's has a name that is none's.
    if (ReasonName(reason) == name && ReasonName(reason) != ReasonName(FailureReason{})) {
      return reason;
    }
  }
  return std::nullopt;
}

// Fills a record's fields from the object's members; remembers what was wrong.
struct FieldReader {
  const json& object;
  absl::Status* status;

  void operator()(const char* name, std::string& value) const {
    if (const auto* text = Text(name)) value = *text;
  }
  void operator()(const PolicyFieldNames& names, std::shared_ptr<const PolicyStamp>& policy) const {
    PolicyStamp read;
    (*this)(names.version, read.version);
    (*this)(names.hash, read.hash);
    if (read.version.empty() && read.hash.empty()) return;
    policy = std::make_shared<const PolicyStamp>(std::move(read));
  }
  void operator()(const char* name, bool& value) const {
    const json* const member = Find(name);
    if (member == nullptr) return;
    if (!member->is_boolean()) return Wrong(name, "true or false");
    value = member->get<bool>();
  }
  void operator()(const char* name, absl::Duration& value) const {
    const json* const member = Find(name);
    if (member == nullptr) return;
    if (!member->is_number_integer()) return Wrong(name, "an integer");
    value = absl::Microseconds(member->get<int64_t>());
  }
  void operator()(const char* name, std::optional<FailureReason>& value) const {
    const auto* const text = Text(name);
    if (text == nullptr) return;
    value = FindReason(*text);
    if (!value.has_value()) Wrong(name, "a reason that is known");
  }
  void operator()(const char* name, amqp::SaslCode& value) const {
    const auto* const text = Text(name);
    const auto* const found = text == nullptr ? amqp::kSaslCodeNames.end()
                                              : std::find(amqp::kSaslCodeNames.begin(),
                                                          amqp::kSaslCodeNames.end(), *text);
    if (found == amqp::kSaslCodeNames.end())
      return Wrong(name, "there as an outcome that is known");
    value = static_cast<amqp::SaslCode>(found - amqp::kSaslCodeNames.begin());
  }

  const json* Find(const char* name) const {
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
  }

  // Null where it is absent, or no text.
  const std::string* Text(const char* name) const {
    const json* const member = Find(name);
    if (member == nullptr) return nullptr;
    const auto* const text = member->get_ptr<const std::string*>();
    if (text == nullptr) Wrong(name, "a string");
    return text;
  }

  void Wrong(const char* name, const char* expected) const {
    status->Update(absl::InvalidArgumentError(absl::StrCat("'", name, "' is not ", expected)));
  }
};

}  // namespace

absl::StatusOr<std::optional<LoginRecord>> ReadAuditLine(std::string_view line) {
  const json object = json::parse(line, /*callback=*/nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return absl::InvalidArgumentError("this is no JSON object");
  absl::Status status;
  const FieldReader reader{object, &status};
  const std::string* const kind = reader.Text("kind");
  const std::string* const time = reader.Text("time");
  if (kind == nullptr || time == nullptr) {
    return absl::InvalidArgumentError("'kind' or 'time' is missing: no line of an audit log");
  }
  if (*kind != kLoginKind) return std::optional<LoginRecord>();
  std::optional<LoginRecord> record(std::in_place);
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, *time, &record->time, &error)) {
    reader.Wrong("time", "a time of RFC 3339");
  }
  VisitFields(*record, reader);
  if (!status.ok()) return status;
  return record;
}

absl::StatusOr<std::optional<LoginRecord>> AuditReader::Next() {
  while (std::getline(log_, line_)) {
    ++number_;
    absl::StatusOr<std::optional<LoginRecord>> record = ReadAuditLine(line_);
    if (!record.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number_, ": ", std::string(record.status().message())));
    }
    if (record->has_value()) return record;
  }
  return std::optional<LoginRecord>();
}

}  // namespace sallyport::audit
