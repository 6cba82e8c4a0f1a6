#include "server/stores/postgresql/postgresql_error.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace sallyport::server {
namespace {

constexpr size_t kSqlstateSize = 5;

absl::StatusCode CodeOf(std::string_view sqlstate) {
  if (sqlstate == "23505") return absl::StatusCode::kAlreadyExists;
  if (sqlstate == "42501") return absl::StatusCode::kPermissionDenied;
  const std::string_view kind = sqlstate.substr(0, 2);
  if (kind == "22" || kind == "23") return absl::StatusCode::kInvalidArgument;
  if (kind == "28") return absl::StatusCode::kPermissionDenied;
  if (kind == "3D" || kind == "3F" || kind == "42" || kind == "0A") {
    return absl::StatusCode::kFailedPrecondition;
  }
  return absl::StatusCode::kUnavailable;
}

std::string_view AdviceFor(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kPermissionDenied:
      return "; check the user, its password and what it was granted";
    case absl::StatusCode::kFailedPrecondition:
      return "; check the names of the database and the schema";
    default:
      return "";
  }
}

absl::Status ErrorOf(absl::StatusCode code, std::string_view where, std::string_view message) {
  return absl::Status(code, absl::StrCat("PostgreSQL ", std::string(where), ": ",
                                         std::string(message), std::string(AdviceFor(code))));
}

bool IsSqlstate(absl::string_view text) {
  if (text.size() != kSqlstateSize) return false;
  for (const char c : text) {
    if (!absl::ascii_isdigit(c) && !absl::ascii_isupper(c)) return false;
  }
  return true;
}

// Of a server's verbose message, "... FATAL:  28P01: password ...". Empty: it is libpq's own.
absl::string_view SqlstateOf(absl::string_view line) {
  for (size_t at = line.find(":  "); at != absl::string_view::npos; at = line.find(":  ", at + 1)) {
    const absl::string_view state = line.substr(at + 3, kSqlstateSize);
    if (IsSqlstate(state) && absl::StartsWith(line.substr(at + 3 + kSqlstateSize), ": ")) {
      return state;
    }
  }
  return {};
}

// Lines such as "LOCATION:  auth_failed, auth.c:335", and continued ones.
bool IsExtra(absl::string_view line) {
  if (absl::ascii_isspace(static_cast<unsigned char>(line[0]))) return true;
  const size_t colon = line.find(":  ");
  return colon != absl::string_view::npos && line.substr(0, colon).find(' ') == line.npos &&
         SqlstateOf(line).empty();
}

}  // namespace

absl::Status ConnectionError(const PGconn* connection, std::string_view where) {
  const std::string text = PQerrorMessage(connection);
  std::vector<absl::string_view> lines;
  absl::StatusCode code = absl::StatusCode::kUnavailable;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipWhitespace())) {
    if (IsExtra(line)) continue;
    lines.push_back(absl::StripTrailingAsciiWhitespace(line));
    const absl::string_view state = SqlstateOf(line);
    // Of several servers the last one decides, as libpq goes on to it.
    code = state.empty() ? absl::StatusCode::kUnavailable : CodeOf({state.data(), state.size()});
  }
  const std::string message = lines.empty() ? "the connection is lost" : absl::StrJoin(lines, "; ");
  return ErrorOf(code, where, message);
}

absl::Status ResultError(const PGresult* result, std::string_view where) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  // Without a SQLSTATE it is libpq's own, such as that the connection is lost.
  return ErrorOf(CodeOf(state == nullptr ? "" : state), where,
                 message == nullptr ? "the query got no answer" : message);
}

bool IsDefinite(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kNotFound:
      return true;
    default:
      return false;
  }
}

}  // namespace sallyport::server
