package main

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// entry is one file of an archive.
type entry struct {
	name string // within the archive's directory
	from string // where it is
	mode int64
}

// writeArchive makes a tar.gz of the files in a directory of that name. Its bytes depend on
// the files' content, names and modes and on the time alone.
func writeArchive(path, dir string, files []entry, at time.Time) (err error) {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	zipped, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	if err != nil {
		return err
	}
	packed := tar.NewWriter(zipped)
	for _, f := range files {
		if err := addFile(packed, dir, f, at); err != nil {
			return fmt.Errorf("archiving %s: %w", f.name, err)
		}
	}
	return errors.Join(packed.Close(), zipped.Close())
}

func addFile(packed *tar.Writer, dir string, f entry, at time.Time) error {
	data, err := os.ReadFile(f.from)
	if err != nil {
		return err
	}
	head := &tar.Header{
		Typeflag: tar.TypeReg, Name: dir + "/" + f.name, Mode: f.mode, Size: int64(len(data)), ModTime: at,
		Uname: "root", Gname: "root", Format: tar.FormatUSTAR,
	}
	if err := packed.WriteHeader(head); err != nil {
		return err
	}
	_, err = packed.Write(data)
	return err
}

// sumsFile is written in the form that sha256sum reads.
const sumsFile = "SHA256SUMS"

// writeSums writes the checksums of a directory's files, in the order of their names, and returns them.
func writeSums(dir string) ([]byte, error) {
	files, err := os.ReadDir(dir) // sorted by name
	if err != nil {
		return nil, err
	}
	var sums []byte
	for _, f := range files {
		if f.Name() == sumsFile {
			continue
		}
		sum, err := sumOf(filepath.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		sums = fmt.Appendf(sums, "%s  %s\n", sum, f.Name())
	}
	return sums, os.WriteFile(filepath.Join(dir, sumsFile), sums, 0o644) //nolint:gosec // for everybody to read
}

func sumOf(path string) (sum string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
