//! A power cut for SQLite: a layer between it and the disk that keeps every write in memory until SQLite asks for a flush.
//!
//! A process that uses the layer and is killed leaves behind what a machine leaves that loses its power: all that was flushed, nothing else. The layer
//! is a shim in SQLite's sense (<https://www.sqlite.org/vfs.html>, 3.1 and 3.2): it passes locks and shared memory on to the usual layer.
#![allow(unsafe_code, reason = "SQLite asks for its layer in C")]

use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::{Arc, Mutex, OnceLock};

use libsqlite3_sys as ffi;

/// A file as SQLite sees it, and what of that is not on the disk yet.
#[derive(Default)]
struct Contents {
    bytes: Vec<u8>,
    /// Stretches that were written since the last flush: from, length.
    unflushed: Vec<(usize, usize)>,
    /// Whether the file was cut shorter since the last flush.
    cut: bool,
}

type Shared = Arc<Mutex<Contents>>;

/// All files of this process, so that a reader sees what a writer has not flushed.
fn files() -> &'static Mutex<HashMap<String, Shared>> {
    static FILES: OnceLock<Mutex<HashMap<String, Shared>>> = OnceLock::new();
    FILES.get_or_init(Mutex::default)
}

/// The usual layer, as an address.
static USUAL: OnceLock<usize> = OnceLock::new();

fn usual() -> *mut ffi::sqlite3_vfs {
    *USUAL.get().unwrap() as *mut ffi::sqlite3_vfs
}

/// An open file of this layer; the usual layer's file lies right behind it.
#[repr(C)]
struct Open {
    base: ffi::sqlite3_file,
    /// An `Arc` of the contents; null for a file without a name, which nobody needs after a power cut.
    contents: *const Mutex<Contents>,
}

/// Puts the layer below every SQLite connection that this process opens from now on.
pub(crate) fn install() {
    // SAFETY: the usual layer lives as long as the process, and so does ours, which is leaked; the copied methods get a layer of the same shape.
    unsafe {
        let found = ffi::sqlite3_vfs_find(std::ptr::null());
        assert!(!found.is_null(), "SQLite has no layer");
        USUAL.set(found as usize).unwrap();
        let mut ours = *found;
        ours.zName = c"powercut".as_ptr();
        ours.pNext = std::ptr::null_mut();
        ours.szOsFile += size_of::<Open>() as c_int;
        ours.xOpen = Some(open);
        ours.xDelete = Some(delete);
        let code = ffi::sqlite3_vfs_register(Box::into_raw(Box::new(ours)), 1);
        assert_eq!(code, ffi::SQLITE_OK);
    }
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    // Version 2: shared memory, but no files mapped into memory, which would bypass this layer.
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// The usual layer's file behind ours.
unsafe fn behind(file: *mut ffi::sqlite3_file) -> *mut ffi::sqlite3_file {
    // SAFETY: SQLite gave room for both, as `szOsFile` asks.
    unsafe { file.cast::<Open>().add(1).cast() }
}

/// Calls a method of the usual layer's file.
macro_rules! pass_on {
    ($file:expr, $method:ident $(, $argument:expr)*) => {{
        // SAFETY: the file behind was opened by the usual layer, which set its methods.
        unsafe {
            let real = behind($file);
            ((*(*real).pMethods).$method.unwrap())(real $(, $argument)*)
        }
    }};
}

fn contents_of<'a>(file: *mut ffi::sqlite3_file) -> Option<std::sync::MutexGuard<'a, Contents>> {
    // SAFETY: set at opening and released at closing only.
    unsafe { (*file.cast::<Open>()).contents.as_ref().map(|contents| contents.lock().unwrap()) }
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite hands over room for `szOsFile` bytes and a name that ends in a zero.
    unsafe {
        let real = behind(file);
        (*file).pMethods = std::ptr::null();
        let code = ((*usual()).xOpen.unwrap())(usual(), name, real, flags, out);
        if code != ffi::SQLITE_OK {
            return code;
        }
        let contents = if name.is_null() { std::ptr::null() } else { Arc::into_raw(known(CStr::from_ptr(name), real)) };
        (*file.cast::<Open>()).contents = contents;
        (*file).pMethods = &raw const METHODS;
        ffi::SQLITE_OK
    }
}

/// The contents of a file, read from the disk when this process meets it first.
unsafe fn known(name: &CStr, real: *mut ffi::sqlite3_file) -> Shared {
    let name = name.to_string_lossy().into_owned();
    let mut files = files().lock().unwrap();
    files.entry(name).or_insert_with(|| Arc::new(Mutex::new(Contents { bytes: unsafe { on_disk(real) }, ..Contents::default() }))).clone()
}

unsafe fn on_disk(real: *mut ffi::sqlite3_file) -> Vec<u8> {
    // SAFETY: the file was opened by the usual layer.
    unsafe {
        let methods = &*(*real).pMethods;
        let mut size = 0;
        assert_eq!(methods.xFileSize.unwrap()(real, &raw mut size), ffi::SQLITE_OK);
        let mut bytes = vec![0; size as usize];
        if size > 0 {
            assert_eq!(methods.xRead.unwrap()(real, bytes.as_mut_ptr().cast(), size as c_int, 0), ffi::SQLITE_OK);
        }
        bytes
    }
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    // SAFETY: a name of SQLite ends in a zero.
    unsafe {
        files().lock().unwrap().remove(CStr::from_ptr(name).to_string_lossy().as_ref());
        ((*usual()).xDelete.unwrap())(usual(), name, sync)
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: each opening made one count of the `Arc`.
    unsafe {
        let open = file.cast::<Open>();
        if !(*open).contents.is_null() {
            drop(Arc::from_raw((*open).contents));
            (*open).contents = std::ptr::null();
        }
    }
    pass_on!(file, xClose)
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, into: *mut c_void, length: c_int, from: i64) -> c_int {
    let Some(contents) = contents_of(file) else { return pass_on!(file, xRead, into, length, from) };
    // SAFETY: SQLite hands over room for `length` bytes.
    let into = unsafe { std::slice::from_raw_parts_mut(into.cast::<u8>(), length as usize) };
    let there = contents.bytes.get(from as usize..).unwrap_or_default();
    let length = there.len().min(into.len());
    into[..length].copy_from_slice(&there[..length]);
    into[length..].fill(0);
    if length == into.len() { ffi::SQLITE_OK } else { ffi::SQLITE_IOERR_SHORT_READ }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, bytes: *const c_void, length: c_int, from: i64) -> c_int {
    let Some(mut contents) = contents_of(file) else { return pass_on!(file, xWrite, bytes, length, from) };
    // SAFETY: SQLite hands over `length` bytes.
    let bytes = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), length as usize) };
    let (from, end) = (from as usize, from as usize + bytes.len());
    if contents.bytes.len() < end {
        contents.bytes.resize(end, 0);
    }
    contents.bytes[from..end].copy_from_slice(bytes);
    contents.unflushed.push((from, bytes.len()));
    ffi::SQLITE_OK
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    let Some(mut contents) = contents_of(file) else { return pass_on!(file, xTruncate, size) };
    contents.bytes.truncate(size as usize);
    contents.cut = true;
    ffi::SQLITE_OK
}

/// The one moment at which anything reaches the disk.
unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    let Some(mut contents) = contents_of(file) else { return pass_on!(file, xSync, flags) };
    if std::mem::take(&mut contents.cut) {
        let code = pass_on!(file, xTruncate, contents.bytes.len() as i64);
        if code != ffi::SQLITE_OK {
            return code;
        }
    }
    for (from, length) in std::mem::take(&mut contents.unflushed) {
        let end = (from + length).min(contents.bytes.len());
        let Some(bytes) = contents.bytes.get(from..end).filter(|bytes| !bytes.is_empty()) else { continue };
        let code = pass_on!(file, xWrite, bytes.as_ptr().cast(), bytes.len() as c_int, from as i64);
        if code != ffi::SQLITE_OK {
            return code;
        }
    }
    pass_on!(file, xSync, flags)
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    let Some(contents) = contents_of(file) else { return pass_on!(file, xFileSize, size) };
    // SAFETY: SQLite hands over room for the size.
    unsafe { *size = contents.bytes.len() as i64 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    pass_on!(file, xLock, level)
}

unsafe extern "C" fn unlock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    pass_on!(file, xUnlock, level)
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, out: *mut c_int) -> c_int {
    pass_on!(file, xCheckReservedLock, out)
}

unsafe extern "C" fn file_control(file: *mut ffi::sqlite3_file, operation: c_int, argument: *mut c_void) -> c_int {
    // A hint of a size would make the usual layer lengthen the real file: that is for this layer to do.
    if operation == ffi::SQLITE_FCNTL_SIZE_HINT { ffi::SQLITE_OK } else { pass_on!(file, xFileControl, operation, argument) }
}

unsafe extern "C" fn sector_size(file: *mut ffi::sqlite3_file) -> c_int {
    pass_on!(file, xSectorSize)
}

unsafe extern "C" fn device_characteristics(file: *mut ffi::sqlite3_file) -> c_int {
    pass_on!(file, xDeviceCharacteristics)
}

unsafe extern "C" fn shm_map(file: *mut ffi::sqlite3_file, page: c_int, size: c_int, extend: c_int, out: *mut *mut c_void) -> c_int {
    pass_on!(file, xShmMap, page, size, extend, out)
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, offset: c_int, count: c_int, flags: c_int) -> c_int {
    pass_on!(file, xShmLock, offset, count, flags)
}

unsafe extern "C" fn shm_barrier(file: *mut ffi::sqlite3_file) {
    pass_on!(file, xShmBarrier);
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, delete: c_int) -> c_int {
    pass_on!(file, xShmUnmap, delete)
}
