//! The program `raakvlak`.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    use_small_pages();
    give_memory_back_soon();
    raakvlak_server::cli::main()
}

/// Asks for memory in pages of the usual size. The allocator asks for huge ones, of which each thread then keeps some that it hardly uses: with thirty-two
/// clients that rank, half of all memory. Reading everybody at the start takes some tenths of a second longer for it. Where the system does not know of huge
/// pages there is nothing to refuse.
fn use_small_pages() {
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

/// `mi_option_purge_delay`: the place of an option is part of the allocator's interface, and not named by its crate.
const PURGE_DELAY: libmimalloc_sys::mi_option_t = 15;

/// Gives memory that is not in use any more back to the system after thirty milliseconds in place of a second: after reading everybody, threads lie idle that
/// would keep a third of all memory. Whoever sets `MIMALLOC_PURGE_DELAY` has it their way.
#[allow(unsafe_code, reason = "a setting of the allocator; nothing else runs yet that could read it")]
fn give_memory_back_soon() {
    unsafe {
        libmimalloc_sys::mi_option_set_default(PURGE_DELAY, 30);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// No other option starts at a second: another version of the allocator, whose options stand elsewhere or start otherwise, is noticed here.
    #[test]
    #[allow(unsafe_code, reason = "reads and makes a setting of the allocator that no other test does")]
    fn memory_goes_back_sooner_than_the_allocator_would() {
        let delay = || unsafe { libmimalloc_sys::mi_option_get(PURGE_DELAY) };
        if std::env::var_os("MIMALLOC_PURGE_DELAY").is_none() {
            assert_eq!(delay(), 1_000);
            give_memory_back_soon();
            assert_eq!(delay(), 30);
        }
    }
}
