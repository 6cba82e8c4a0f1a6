#include "ctl/import_run.h"

#include <algorithm>
#include <iostream>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/credentials/secret.h"
#include "ctl/failure.h"
#include "ctl/progress.h"
#include "process/admin_endpoint.h"

namespace sallyport::ctl {
namespace {

using process::ExitCode;

// How long a user waits for a service that is busy or away, and how long between attempts.
constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr absl::Duration kFirstDelay = absl::Milliseconds(50);
constexpr absl::Duration kLastDelay = absl::Seconds(2);

struct Summary {
  uint64_t added = 0;
  uint64_t replaced = 0;
  uint64_t skipped = 0;
  // Users that the service did not take.
  std::vector<ImportProblem> refused;
  // Users that were not brought to the service: it could not be reached any more.
  uint64_t left = 0;
};

v1::ImportUserRequest RequestFor(const ImportOptions& options, const ImportedUser& user) {
  v1::ImportUserRequest request;
  request.set_store(options.store);
  request.set_tenant(options.tenant);
  request.set_name(user.name);
  request.set_disabled(user.disabled);
  request.set_on_conflict(options.on_conflict);
  *request.mutable_groups() = {user.groups.begin(), user.groups.end()};
  request.mutable_attributes()->insert(user.attributes.begin(), user.attributes.end());
  for (const Secret& credential : user.credentials) {
    request.add_credentials(std::string(credential.view()));
  }
  return request;
}

// What may be otherwise in a moment.
bool MayPass(const absl::Status& status) {
  return absl::IsResourceExhausted(status) || absl::IsUnavailable(status) ||
         absl::IsAborted(status);
}

// Asks again, ever more slowly, while the service is busy or away.
absl::StatusOr<v1::ImportUserResponse> AskPatiently(const v1::ImportUserRequest& request,
                                                    AdminClient& client) {
  const absl::Time end = absl::Now() + kPatience;
  bool was_lost = false;
  for (absl::Duration delay = kFirstDelay;; delay = std::min(2 * delay, kLastDelay)) {
    const absl::StatusOr<v1::ImportUserResponse> response = client.ImportUser(request);
    const absl::Status status = response.status();
    if (was_lost && absl::IsAlreadyExists(status)) {
      return absl::AlreadyExistsError(
          absl::StrCat(std::string(status.message()),
                       "; perhaps since this import, whose answer was lost on the way"));
    }
    if (!MayPass(status) || absl::Now() + delay > end) return response;
    was_lost = was_lost || absl::IsUnavailable(status);
    absl::SleepFor(delay);
  }
}

absl::StatusOr<v1::ImportResult> ImportOne(const ImportOptions& options, const ImportedUser& user,
                                           AdminClient& client) {
  v1::ImportUserRequest request = RequestFor(options, user);
  // Else the service would refuse it as it does what is for another time.
  absl::StatusOr<v1::ImportUserResponse> response = absl::InvalidArgumentError(
      absl::StrCat("all that is to be stored of the user is more than the ",
                   process::kMaxAdminRequest, " bytes that the service takes"));
  if (request.ByteSizeLong() <= process::kMaxAdminRequest) {
    response = AskPatiently(request, client);
  }
  for (std::string& credential : *request.mutable_credentials()) Wipe(&credential);
  if (!response.ok()) return response.status();
  return response->result();
}

void Count(const absl::StatusOr<v1::ImportResult>& result, const ImportedUser& user,
           Summary* summary) {
  if (!result.ok()) {
    summary->refused.push_back({user.place, absl::StrCat("user '", user.name, "': ",
                                                         std::string(result.status().message()))});
  } else if (*result == v1::IMPORT_RESULT_REPLACED) {
    ++summary->replaced;
  } else if (*result == v1::IMPORT_RESULT_SKIPPED) {
    ++summary->skipped;
  } else {
    ++summary->added;
  }
}

bool IsOfTheService(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsResourceExhausted(status) ||
         absl::IsDeadlineExceeded(status) || absl::IsUnimplemented(status) ||
         absl::IsPermissionDenied(status);
}

// Returns why it stopped; OK: it did not.
absl::Status ImportAll(const ImportOptions& options, const Import& import, AdminClient& client,
                       Summary* summary) {
  Progress progress;
  for (size_t i = 0; i < import.users.size(); ++i) {
    const auto result = ImportOne(options, import.users[i], client);
    if (!result.ok() && IsOfTheService(result.status())) {
      summary->left = import.users.size() - i;
      return result.status();
    }
    Count(result, import.users[i], summary);
    progress.Show([&] {
      return absl::StrCat(i + 1, " of ", Plural(import.users.size(), "user"), ", ",
                          summary->refused.size(), " failed");
    });
  }
  return absl::OkStatus();
}

void PrintProblems(const std::vector<ImportProblem>& problems) {
  for (const ImportProblem& problem : problems) {
    std::cerr << Printable(problem.place) << ": " << Printable(problem.what) << "\n";
  }
}

nlohmann::ordered_json ProblemsJson(const std::vector<ImportProblem>& problems) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const ImportProblem& problem : problems) {
    json.push_back({{"place", problem.place}, {"what", problem.what}});
  }
  return json;
}

void PrintJsonSummary(const ImportOptions& options, const Import& import, const Summary& summary) {
  nlohmann::ordered_json json = {{"users", import.users.size()}, {"dry_run", options.dry_run}};
  if (!options.dry_run) {
    json["added"] = summary.added;
    json["replaced"] = summary.replaced;
    json["skipped"] = summary.skipped;
    json["failed"] = summary.refused.size();
    json["left"] = summary.left;
    json["failures"] = ProblemsJson(summary.refused);
  }
  json["problems"] = ProblemsJson(import.problems);
  PrintJson(json);
}

void Print(const ImportOptions& options, const Import& import, const Summary& summary) {
  if (options.output == OutputFormat::kJson) return PrintJsonSummary(options, import, summary);
  PrintProblems(import.problems);
  PrintProblems(summary.refused);
  if (options.dry_run) {
    std::cout << Plural(import.users.size(), "user") << " would be imported";
  } else {
    std::cout << summary.added << " added, " << summary.replaced << " replaced, " << summary.skipped
              << " skipped, " << summary.refused.size() << " failed";
    if (summary.left > 0) std::cout << ", " << summary.left << " left";
  }
  std::cout << "; " << Plural(import.problems.size(), "problem") << " in the file\n";
}

ExitCode ExitCodeFor(const Import& import, const Summary& summary) {
  if (!summary.refused.empty()) return ExitCode::kRefused;
  return import.problems.empty() ? ExitCode::kOk : ExitCode::kConfig;
}

}  // namespace

ExitCode RunImport(const ImportOptions& options, const Import& import) {
  Summary summary;
  if (options.dry_run) {
    Print(options, import, summary);
    return ExitCodeFor(import, summary);
  }
  absl::StatusOr<AdminClient> client = Connect(options.connection);
  if (!client.ok()) return ReportFailure(client.status());
  // A store or a tenant that is wrong is wrong for all.
  const absl::Status writable = client->CheckWritable(options.store, options.tenant);
  if (!writable.ok()) return ReportFailure(writable);
  const absl::Status stopped = ImportAll(options, import, *client, &summary);
  Print(options, import, summary);
  return stopped.ok() ? ExitCodeFor(import, summary) : ReportFailure(stopped);
}

}  // namespace sallyport::ctl
