package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"runtime/debug"
	"strings"
)

//go:embed static
var static embed.FS

// policy is the Content-Security-Policy of every answer: nothing inline, nothing of others.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// files are the console's styles and script, by names that hold their hashes.
type files struct {
	Style, Script string
	// Live is htmx with its extension, by which a page goes on changing. They are one file: htmx begins by a timer, which
	// may end before an extension in a file of its own has come.
	Live string
	all  map[string]file
}

type file struct {
	kind string
	text []byte
}

// joined is what the embedded files of a pattern hold, in the order of their names.
func joined(pattern string) (all []byte, err error) {
	names, err := fs.Glob(static, pattern)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := static.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading what the console has embedded: %w", err)
		}
		all = append(all, text...)
	}
	return all, nil
}

// readFiles joins the styles, and the scripts.
func readFiles() (files, error) {
	out := files{all: map[string]file{}}
	style, err := joined("static/*.css")
	if err != nil {
		return out, err
	}
	script, err := joined("static/*.js")
	if err != nil {
		return out, err
	}
	out.Style = out.add("console", "css", file{"text/css; charset=utf-8", style})
	out.Script = out.add("console", "js", file{"text/javascript; charset=utf-8", script})
	var live []byte
	for _, name := range []string{"htmx", "hx-sse"} {
		text, err := static.ReadFile("static/htmx/" + name + ".min.js")
		if err != nil {
			return out, fmt.Errorf("reading the console's scripts: %w", err)
		}
		live = append(append(live, text...), "\n;\n"...)
	}
	out.Live = out.add("live", "js", file{"text/javascript; charset=utf-8", live})
	return out, nil
}

// add returns the path at which a file is served.
func (f *files) add(name, ending string, of file) string {
	sum := sha256.Sum256(of.text)
	name += "-" + hex.EncodeToString(sum[:6]) + "." + ending
	f.all[name] = of
	return Root + "static/" + name
}

// serve answers with a file. Its name changes with what it holds, so it is kept by whoever has it.
func (f *files) serve(w http.ResponseWriter, r *http.Request) {
	of, ok := f.all[r.PathValue("name")]
	if !ok {
		http.Error(w, "this version of the console has no such file; reload the page", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", of.kind)
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(of.text)
}

// safe sets the headers that every answer has, and tells of a fault of ours as of one.
func (c *Console) safe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Content-Type-Options", "nosniff")
		if r.TLS != nil {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if !strings.HasPrefix(r.URL.Path, Root+"static/") {
			h.Set("Cache-Control", "no-store")
		}
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			c.Log.Error("a page of the console panicked", "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
			http.Error(w, "this is a fault of the program; the log tells of it", http.StatusInternalServerError)
		}()
		next.ServeHTTP(w, r)
	})
}
