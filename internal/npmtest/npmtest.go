// Package npmtest installs tools from npm for tests that hold Waybill against what others have
// written in JavaScript.
package npmtest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Installed returns the folder where the tools of a folder with a lock file are, each in the version
// that the lock file names. They are kept in the user's cache. Without npm or the network the test is
// skipped, loudly and with a first word of the caller's, since neither is part of what the tests of
// the project need.
func Installed(ctx context.Context, t testing.TB, from, unchecked string) string {
	t.Helper()
	lock, err := os.ReadFile(filepath.Join(from, "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Skip(unchecked, err)
	}
	folder := filepath.Join(cache, "waybill", fmt.Sprintf("%s-%x", filepath.Base(from), sha256.Sum256(lock))[:24])
	if _, err := os.Stat(folder); err == nil {
		return folder
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skip(unchecked + "npm is not installed")
	}
	if err := os.MkdirAll(filepath.Dir(folder), 0o700); err != nil {
		t.Skip(unchecked, err)
	}
	// Made aside and renamed, so that a folder that is there is whole, whoever else makes it.
	made, err := os.MkdirTemp(filepath.Dir(folder), "making-")
	if err != nil {
		t.Skip(unchecked, err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(made) })
	if err := os.CopyFS(made, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(ctx, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error",
		"--prefer-offline", "--fetch-retries=0", "--fetch-timeout=20000")
	run.Dir = made
	run.WaitDelay = time.Second
	if said, err := run.CombinedOutput(); err != nil {
		t.Skipf(unchecked+"they could not be installed: %v: %.1000s", err, said)
	}
	if err := os.Rename(made, folder); err != nil && !errors.Is(err, fs.ErrExist) {
		if _, there := os.Stat(folder); there != nil {
			t.Fatal(err)
		}
	}
	return folder
}
