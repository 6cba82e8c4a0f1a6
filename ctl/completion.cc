#include "ctl/completion.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace sallyport::ctl {
namespace {

// What can follow each command ("user add"), and each option that has choices.
struct Words {
  std::map<std::string, std::vector<std::string>> after_command;
  std::map<std::string, std::string> after_option;
};

// The names between the braces of "TEXT:{text,json}", if there are any.
std::string Choices(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const size_t begin = type.find('{');
  const size_t end = type.find('}');
  if (begin == std::string::npos || end == std::string::npos) return "";
  return absl::StrReplaceAll(type.substr(begin + 1, end - begin - 1), {{",", " "}});
}

void Collect(const CLI::App& command, const std::string& path, Words* words) {
  std::vector<std::string>& after = words->after_command[path];
  for (const CLI::App* child : command.get_subcommands({})) {
    after.push_back(child->get_name());
    Collect(*child, path.empty() ? child->get_name() : absl::StrCat(path, " ", child->get_name()),
            words);
  }
  for (const CLI::Option* option : command.get_options()) {
    const std::string choices = Choices(*option);
    for (const std::string& name : option->get_lnames()) {
      after.push_back("--" + name);
      if (!choices.empty()) words->after_option["--" + name] = choices;
    }
  }
}

constexpr char kScript[] =
    R"(# bash completion for $name; load it with: source <($name completion bash)
_$name() {
  local current="${COMP_WORDS[COMP_CWORD]}" path="" word words=""
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "${path:+$path }$word" in
      $commands) path="${path:+$path }$word" ;;
    esac
  done
  case "$path" in
$after_commands  esac
  case "${COMP_WORDS[COMP_CWORD-1]}" in
$after_options  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _$name $name
)";

}  // namespace

std::string BashCompletion(const CLI::App& app) {
  Words words;
  Collect(app, "", &words);
  std::vector<std::string> commands;
  std::string after_commands;
  for (const auto& [path, after] : words.after_command) {
    if (!path.empty()) commands.push_back(absl::StrCat("\"", path, "\""));
    absl::StrAppend(&after_commands, "    \"", path, "\") words=\"", absl::StrJoin(after, " "),
                    "\" ;;\n");
  }
  std::string after_options;
  for (const auto& [option, choices] : words.after_option) {
    absl::StrAppend(&after_options, "    ", option, ") words=\"", choices, "\" ;;\n");
  }
  return absl::StrReplaceAll(kScript, {{"$name", app.get_name()},
                                       {"$commands", absl::StrJoin(commands, "|")},
                                       {"$after_commands", after_commands},
                                       {"$after_options", after_options}});
}

void AddCompletionCommand(CLI::App& app, Action& chosen) {
  CLI::App& command = *app.add_subcommand("completion", "print a completion script for a shell");
  command.require_subcommand(1);
  command.footer(
      "Examples:\n"
      "  source <(sallyportctl completion bash)\n"
      "  sallyportctl completion bash > /etc/bash_completion.d/sallyportctl");
  command.add_subcommand("bash", "for bash 4 or later")->callback([&app, &chosen] {
    chosen = [&app] {
      std::cout << BashCompletion(app);
      return process::ExitCode::kOk;
    };
  });
}

}  // namespace sallyport::ctl
