//! The program `raakvlak`.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    use_small_pages();
    raakvlak_server::cli::main()
}

/// Asks for memory in pages of the usual size. The allocator asks for huge ones, of which each thread then keeps some that it hardly uses: with thirty-two
/// clients that rank, half of all memory. Reading everybody at the start takes some tenths of a second longer for it. Where the system does not know of huge
/// pages there is nothing to refuse.
fn use_small_pages() {
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}
