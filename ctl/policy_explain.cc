#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <optional>

#include "absl/time/clock.h"
#include "ctl/explain_options.h"
#include "ctl/failure.h"
#include "ctl/loaded_policy.h"
#include "ctl/policy_commands.h"
#include "ctl/store_answers.h"
#include "policy/explanation_json.h"
#include "policy/explanation_text.h"

namespace sallyport::ctl {
namespace {

using process::ExitCode;

// What is printed.
struct Told {
  policy::Explanation explanation;
  std::optional<StoreAnswers> answers;
  // Why the stores were not asked.
  std::string not_asked;
};

void Print(OutputFormat format, const Told& told) {
  if (format == OutputFormat::kJson) {
    nlohmann::ordered_json json = policy::ExplanationJson(told.explanation);
    if (told.answers) json["asked"] = StoreAnswersJson(*told.answers);
    if (!told.not_asked.empty()) json["not_asked"] = told.not_asked;
    return PrintJson(json);
  }
  std::cout << policy::ExplanationText(told.explanation);
  if (told.answers) std::cout << StoreAnswersText(*told.answers);
  if (!told.not_asked.empty()) std::cout << "the stores were not asked: " << told.not_asked << "\n";
}

bool CanAskStores(const policy::Explanation& explanation) {
  return !explanation.reason && !explanation.user.empty() && !explanation.stores.empty();
}

// What policy says of the user's groups goes before what is said of credentials.
void RefuseBy(FailureReason policys, Forecast* forecast) {
  if (forecast->reason == FailureReason::kAccountDisabled ||
      forecast->reason == FailureReason::kAccountExpired) {
    return;
  }
  forecast->reason = policys;
}

// Asks the stores, and the policy again with the groups that they know of.
void AskFurther(const ExplainOptions& options, const policy::Policy& policy, AdminClient& client,
                Told* told) {
  policy::LoginQuestion question = QuestionOf(options);
  told->answers = AskStores(client, told->explanation, question.mechanism, absl::Now());
  if (question.groups) return;
  question.groups = GroupsFound(*told->answers);
  if (!question.groups) return;
  told->explanation = policy::Explain(policy, question);
  if (told->explanation.reason) RefuseBy(*told->explanation.reason, &*told->answers->forecast);
}

ExitCode ExplainActive(const ExplainOptions& options) {
  absl::StatusOr<AdminClient> client = Connect(options.connection);
  if (!client.ok()) return ReportFailure(client.status());
  const auto policy = FetchPolicy(*client);
  if (!policy.ok()) return ReportFailure(policy.status());
  Told told;
  told.explanation = policy::Explain(**policy, QuestionOf(options));
  if (CanAskStores(told.explanation)) AskFurther(options, **policy, *client, &told);
  Print(options.output, told);
  return ExitCode::kOk;
}

ExitCode ExplainFile(const ExplainOptions& options) {
  const auto policy = LoadPolicyFile(options.file);
  if (!policy.ok()) return ReportPolicyFailure(policy.status());
  Told told;
  told.explanation = policy::Explain(**policy, QuestionOf(options));
  if (!options.offline && CanAskStores(told.explanation)) {
    absl::StatusOr<AdminClient> client = Connect(options.connection);
    const absl::Status reached = client.ok() ? client->GetPolicy().status() : client.status();
    if (reached.ok()) {
      AskFurther(options, **policy, *client, &told);
    } else {
      told.not_asked = std::string(reached.message());
    }
  }
  Print(options.output, told);
  return ExitCode::kOk;
}

}  // namespace

void AddPolicyExplain(CLI::App& policy, Action& chosen) {
  CLI::App& command =
      *policy.add_subcommand("explain", "tell what a policy says of a login, and why");
  auto options = std::make_shared<ExplainOptions>();
  AddExplainOptions(command, *options);
  command.footer(
      "The policy is asked by the functions that a login goes through. With --user, the stores\n"
      "that the login would ask are asked through the running sallyportd what they know of the\n"
      "user; with --file too, by their names in it, where a sallyportd can be reached.\n"
      "\n"
      "Exit codes: 0 explained, whatever came of it; 3 the file is wrong; 4 no sallyportd can\n"
      "be reached for its policy.\n"
      "\n"
      "Examples:\n"
      "  sallyportctl policy explain --listener amqps --mechanism PLAIN --user alice\n"
      "  sallyportctl policy explain --listener amqps --certificate --user a.clients.example\n"
      "  sallyportctl policy explain --listener amqp --unencrypted --file policy.yaml");
  command.callback([&chosen, options] {
    chosen = [options] {
      return options->file.empty() ? ExplainActive(*options) : ExplainFile(*options);
    };
  });
}

}  // namespace sallyport::ctl
