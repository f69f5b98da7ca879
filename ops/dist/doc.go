// Command dist builds what is released: static binaries for each platform, archived, with
// checksums and a bill of materials for each. One commit gives the same bytes
// from any directory; with -check it proves that by building twice.
package main
