#include "ctl/import/ldif_reader.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "core/credentials/password_line.h"
#include "core/crypto/base64.h"

namespace sallyport::ctl {
namespace {

bool Is(std::string_view attribute, absl::string_view name) {
  return absl::EqualsIgnoreCase(absl::string_view(attribute.data(), attribute.size()), name);
}

std::string_view WithoutSpaces(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text;
}

absl::StatusOr<Secret> ValueOf(std::string_view text) {
  if (text.starts_with('<')) {
    return absl::InvalidArgumentError(
        "the value is in another file, which is not read; put it into this one");
  }
  if (!text.starts_with(':')) return Secret(WithoutSpaces(text));
  std::string_view encoded = WithoutSpaces(text.substr(1));
  while (encoded.ends_with(' ')) encoded.remove_suffix(1);
  std::optional<std::string> bytes = DecodeBase64(encoded);
  if (!bytes.has_value()) return absl::InvalidArgumentError("the value is not base64");
  Secret value(*bytes);
  Wipe(&*bytes);
  return value;
}

class LdifReader {
 public:
  using Done = std::function<void(size_t line, absl::StatusOr<LdifRecord> record)>;

  explicit LdifReader(const Done& done) : done_(done) {}
  ~LdifReader() { Wipe(&line_); }

  void Take(const FileLine& line) {
    if (line.text.starts_with(' ')) {
      // Of a comment, too.
      if (!in_line_) return Fail(line.number, "the line goes on with one that is not there");
      line_.append(line.text.substr(1));
      return;
    }
    EndLine();
    if (line.text.empty()) return EndRecord();
    line_ = line.text;
    line_number_ = line.number;
    in_line_ = true;
  }

  void End() {
    EndLine();
    EndRecord();
  }

 private:
  // Of a record the first mistake is told.
  void Fail(size_t line, absl::string_view what) {
    if (!status_.ok()) return;
    status_ = absl::InvalidArgumentError(what);
    bad_line_ = line;
  }

  void EndLine() {
    if (!in_line_) return;
    in_line_ = false;
    if (!line_.starts_with('#')) TakeLine(line_);
    Wipe(&line_);
  }

  void TakeLine(std::string_view line) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) {
      return Fail(line_number_, "there is no ':' behind the name of an attribute");
    }
    const std::string_view attribute = line.substr(0, colon);
    absl::StatusOr<Secret> value = ValueOf(line.substr(colon + 1));
    if (!value.ok()) return Fail(line_number_, value.status().message());
    if (start_ == 0) return Begin(attribute, *value);
    if (Is(attribute, "changetype") || Is(attribute, "control")) {
      return Fail(line_number_,
                  "this is a change and not an entry; export entries, with slapcat or ldapsearch");
    }
    record_.values.push_back({std::string(attribute), *std::move(value)});
  }

  void Begin(std::string_view attribute, const Secret& value) {
    if (Is(attribute, "version") && !any_) {
      any_ = true;
      if (value.view() != "1") Fail(line_number_, "the version of LDIF is not 1");
      return;
    }
    any_ = true;
    start_ = line_number_;
    // What ldapsearch says of its search.
    is_summary_ = Is(attribute, "search");
    record_.dn = value.view();
    if (!is_summary_ && !Is(attribute, "dn"))
      Fail(line_number_, "the entry does not begin with dn:");
  }

  void EndRecord() {
    if (!status_.ok()) {
      done_(bad_line_, status_);
    } else if (start_ != 0 && !is_summary_) {
      done_(start_, std::move(record_));
    }
    record_ = LdifRecord();
    status_ = absl::OkStatus();
    start_ = 0;
    is_summary_ = false;
  }

  const Done& done_;
  // The line that may go on.
  std::string line_;
  size_t line_number_ = 0;
  bool in_line_ = false;
  // Whether there was anything.
  bool any_ = false;
  LdifRecord record_;
  // 0 where no record has begun.
  size_t start_ = 0;
  bool is_summary_ = false;
  absl::Status status_;
  size_t bad_line_ = 0;
};

}  // namespace

void ReadLdif(std::string_view content, const LdifReader::Done& done) {
  LdifReader reader(done);
  ForEachLine(content, [&](const FileLine& line) { reader.Take(line); });
  reader.End();
}

}  // namespace sallyport::ctl
