//! What a worker gives up before it reads a file: privileges, files, sockets, programs.
//!
//! The layers stand for one another: where the kernel refuses one, as some containers do, the worker goes on
//! with the others.

use std::collections::BTreeMap;
use std::error::Error;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _,
    RulesetStatus, Scope,
};
use nix::sys::prctl;
use nix::unistd::{self, Gid, Uid};
use rlimit::Resource;
use seccompiler::{
    SeccompAction, SeccompCmpArgLen as ArgLen, SeccompCmpOp as Op, SeccompCondition as Condition,
    SeccompFilter, SeccompRule,
};

type Refusal = Box<dyn Error>;

/// Address space of a process, in bytes.
const MAX_MEMORY: u64 = 512 * 1024 * 1024;
/// `nobody` and `nogroup`, by the kernel's number for who is unknown.
const NOBODY: u32 = 65_534;
/// The newest rights that are given up; older kernels know fewer.
const LANDLOCK: ABI = ABI::V6;

/// Confines this process for good: its resources, its user, what it may call. To be called before anything that a
/// stranger wrote is read, and while the process has one thread.
///
/// Returns what the kernel did not grant.
pub fn confine(processor_seconds: u64) -> Vec<String> {
    limit_resources(processor_seconds);
    [
        ("working folder", empty_folder()),
        ("user", drop_user()),
        (
            "no_new_privs",
            prctl::set_no_new_privs().map_err(Into::into),
        ),
        ("landlock", landlock()),
        // Last, as it refuses the calls that the others need.
        ("seccomp", seccomp()),
    ]
    .into_iter()
    .filter_map(|(layer, applied)| Some(format!("{layer}: {}", applied.err()?)))
    .collect()
}

/// Systems without such limits still have a time-out.
fn limit_resources(processor_seconds: u64) {
    for (resource, limit) in [
        (Resource::AS, MAX_MEMORY),
        (Resource::CPU, processor_seconds),
        (Resource::CORE, 0),
        (Resource::FSIZE, 0),
        (Resource::NPROC, 0),
    ] {
        let _unlimited = resource.set(limit, limit);
    }
}

/// A working folder that is gone: nobody else is in it, and nothing can be put there.
fn empty_folder() -> Result<(), Refusal> {
    // At least not the service's, where none can be made.
    std::env::set_current_dir("/")?;
    let folder = tempfile::tempdir()?;
    std::env::set_current_dir(folder.path())?;
    Ok(folder.close()?)
}

/// Root becomes nobody; who is somebody else already stays so.
fn drop_user() -> Result<(), Refusal> {
    if !unistd::geteuid().is_root() {
        return Ok(());
    }
    let (user, group) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
    unistd::setgroups(&[])?;
    unistd::setresgid(group, group, group)?;
    Ok(unistd::setresuid(user, user, user)?)
}

/// No file, no port, no signal to and no abstract socket of others.
fn landlock() -> Result<(), Refusal> {
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(LANDLOCK))?
        .handle_access(AccessNet::from_all(LANDLOCK))?
        .scope(Scope::from_all(LANDLOCK))?
        .create()?
        .restrict_self()?;
    match status.ruleset {
        RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(()),
        RulesetStatus::NotEnforced => Err("this kernel has none".into()),
    }
}

/// Refuses every system call that reading, computing and writing don't need, with `EPERM`: a library that tries
/// another goes on without.
fn seccomp() -> Result<(), Refusal> {
    let filter = SeccompFilter::new(
        allowed_calls()?,
        SeccompAction::Errno(libc::EPERM.cast_unsigned()),
        SeccompAction::Allow,
        std::env::consts::ARCH.try_into()?,
    )?;
    let program: seccompiler::BpfProgram = filter.try_into()?;
    Ok(seccompiler::apply_filter(&program)?)
}

/// By number; a call without rules is allowed whatever its arguments are.
fn allowed_calls() -> Result<BTreeMap<i64, Vec<SeccompRule>>, seccompiler::BackendError> {
    let mut calls: BTreeMap<i64, Vec<SeccompRule>> = ALLOWED.map(|call| (call, Vec::new())).into();
    let when = |argument, op, value: u64| {
        SeccompRule::new(vec![Condition::new(argument, ArgLen::Dword, op, value)?])
    };
    let executable = u64::from(libc::PROT_EXEC.cast_unsigned());
    for call in [libc::SYS_mmap, libc::SYS_mprotect] {
        calls.insert(call, vec![when(2, Op::MaskedEq(executable), 0)?]);
    }
    let descriptors = [libc::F_DUPFD_CLOEXEC, libc::F_GETFD, libc::F_GETFL]
        .map(|command| when(1, Op::Eq, u64::from(command.cast_unsigned())));
    calls.insert(
        libc::SYS_fcntl,
        descriptors.into_iter().collect::<Result<_, _>>()?,
    );
    // To abort itself.
    let itself = u64::from(std::process::id());
    calls.insert(libc::SYS_tgkill, vec![when(0, Op::Eq, itself)?]);
    Ok(calls)
}

/// Open files are read and written, none is opened; memory, time, randomness, the own end. `fstat` and its
/// successors tell a file's length; that they also tell whether a path exists is the price.
const ALLOWED: [i64; 32] = [
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_lseek,
    libc::SYS_close,
    libc::SYS_dup,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_brk,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_getuid,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
];
