//! Every test that crosses a room; the tests themselves are one binary per folder.
