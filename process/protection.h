#ifndef SALLYPORT_PROCESS_PROTECTION_H_
#define SALLYPORT_PROCESS_PROTECTION_H_

// What a long-running program that holds secrets does first.

namespace sallyport::process {

// ProtectProcess keeps the process's memory out of core dumps and from other
// processes of the same user (it is no longer dumpable), and has a write to a
// closed pipe or socket fail rather than end the process.
void ProtectProcess();

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_PROTECTION_H_
