#ifndef SALLYPORT_CORE_TOKENS_WIPING_MEMORY_H_
#define SALLYPORT_CORE_TOKENS_WIPING_MEMORY_H_

// cjose and jansson work on copies of tokens and keys that nobody else can reach.

namespace sallyport {

// UseWipingMemory has both libraries wipe what they free, from now on and in the
// whole process. To be called before either is used; cheap but for the first
// call. Thread-safe.
void UseWipingMemory();

}  // namespace sallyport

#endif  // SALLYPORT_CORE_TOKENS_WIPING_MEMORY_H_
