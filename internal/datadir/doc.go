// Package datadir owns the directory in which an embedded installation keeps everything: one
// process at a time, one format, no stranger's files.
//
//	DIR/FORMAT  the version of this layout
//	DIR/LOCK    held by the process that uses the directory; its pid is inside
//	DIR/…       a sub-directory per part, from Sub
package datadir
