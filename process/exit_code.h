#ifndef SALLYPORT_PROCESS_EXIT_CODE_H_
#define SALLYPORT_PROCESS_EXIT_CODE_H_

// How the programs tell a script why they ended. The values are part of their
// interface: they are shown by --help and never change their meaning.

namespace sallyport::process {

enum class ExitCode : int {
  // kOk: done what was asked for.
  kOk = 0,
  // kFailure: anything that has no code of its own; where a command compares, that
  // there are differences.
  kFailure = 1,
  // kUsage: the command line is wrong; nothing was done.
  kUsage = 2,
  // kConfig: the configuration, or a file that it names, is wrong.
  kConfig = 3,
  // kUnavailable: the service, or the address to serve on, cannot be reached;
  // trying again later may help.
  kUnavailable = 4,
  // kRefused: the peer understood and said no: a login was refused, a value is
  // not acceptable.
  kRefused = 5,
  // kNotFound: what the command names does not exist.
  kNotFound = 6,
  // kAlreadyExists: what the command was to create exists.
  kAlreadyExists = 7,
  // kTrouble: as kFailure, of a command whose 1 is an answer.
  kTrouble = 8,
};

// ExitStatus is what main returns for `code`.
constexpr int ExitStatus(ExitCode code) { return static_cast<int>(code); }

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_EXIT_CODE_H_
