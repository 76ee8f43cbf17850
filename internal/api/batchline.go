package api

import (
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
)

// keyMember is what the header Idempotency-Key of a write by itself is in a line.
const keyMember = "idempotency_key"

// maxPath bounds the path of a line, and maxRef what its sender calls it, in characters.
const (
	maxPath = 255
	maxRef  = 255
)

// item is a line on its way to its answer.
type item struct {
	operation.Candidate
	n   int
	ref string
	// pattern is that of the route that takes the write by itself.
	pattern string
	// submits tells that it is to be submitted, whatever was found out before; err is why it is not accepted.
	submits bool
	err     error
	// previewed is what it would do, where nothing is to be done.
	previewed operation.Previewed
}

// method is that of the write by itself.
func (it *item) method() string {
	if it.Request.Verb == resource.Update {
		return http.MethodPatch
	}
	return http.MethodPost
}

// writing is one of the writes, with the pattern of its route.
type writing struct {
	pattern string
	kind    resource.Kind
	verb    resource.Verb
}

// writings are the writes that a line may name, by method and path; that of an update is in front of its id.
func writings() map[string]writing {
	all := map[string]writing{}
	for _, of := range resource.AllFacts() {
		for _, verb := range of.Verbs {
			method, path := http.MethodPost, "/v2/telematics/"+of.Plural
			one := writing{path, of.Kind, verb}
			if verb == resource.Update {
				method, path = http.MethodPatch, path+"/"
				one.pattern = path + "{id}"
			}
			all[method+" "+path] = one
		}
	}
	return all
}

// lineTable describes a line.
func (s *Server) lineTable() resource.Table {
	least, most := 1.0, s.MaxAge.Seconds()
	t := resource.Table{Of: "a line", Fields: []resource.Field{
		{Name: "method", Type: resource.Enum, Required: true, Values: []string{http.MethodPost, http.MethodPatch}},
		{Name: "path", Type: resource.Text, Required: true, NonEmpty: true, Longest: maxPath, Hint: pathHint},
		{Name: "body", Type: resource.Raw, Required: true, Hint: "give the body of the write, an object"},
		{Name: keyMember, Type: resource.Text, Nullable: true, NonEmpty: true, Longest: maxKey},
		{Name: "expires_in", Type: resource.Integer, Nullable: true, Min: &least, Max: &most},
		{Name: "ref", Type: resource.Text, Nullable: true, Longest: maxRef},
	}}
	for _, one := range elsewhere() {
		t.Fields = append(t.Fields, resource.Field{Name: one.name, Type: resource.Raw, Nullable: true})
	}
	return t
}

// notOfALine is what a write by itself takes and a line does not.
type notOfALine struct{ name, why string }

func elsewhere() []notOfALine {
	const whole = "goes for a whole batch; give it in its query"
	return []notOfALine{
		{"is_sync", "is not taken by a batch, whose writes go in the background; send this write by itself with is_sync=true"},
		{"strict", whole}, {"verify", whole}, {"dry_run", whole},
	}
}

const pathHint = "give that of a write, such as /v2/telematics/messages"

// read reads a line as the request that it stands for, with those that came with it.
func (b *batch) read(l line, came time.Time) *item {
	it := &item{n: l.n}
	if l.long {
		it.err = problem.New(problem.BadRequest, "the line is longer than 1 MiB")
		return it
	}
	o := resource.Read(l.text, b.lineForm)
	it.ref = o.Text("ref").Or("")
	of, target := b.named(o, l.n)
	body := o.Raw("body")
	if _, names := l.names(); names && body.Kind() == '{' {
		body = b.lined(o, l.n, of, body)
	}
	if o.Has("body") && body.Kind() != '{' {
		o.Refuse("body", resource.CodeNotObject, "must be an object, the body of the write")
	}
	if o.Has(keyMember) && !printable(o.Text(keyMember).Or("")) {
		o.Refuse(keyMember, resource.CodePattern, "must have 1 to 255 printable ASCII characters, such as a UUID")
	}
	for _, one := range elsewhere() {
		if _, given := o.Value(one.name); given != resource.Absent {
			o.Refuse(one.name, resource.CodeUnknown, "%s", one.why)
		}
	}
	if wrong := o.Problems(); len(wrong) > 0 {
		it.err = ofLine(wrong)
		return it
	}
	it.pattern = of.pattern
	it.Request = operation.Request{Partner: b.who.Partner.ID, Kind: of.kind, Verb: of.verb, Target: target, Body: body,
		Strict: b.strict, Verify: b.verify, Came: came}
	if seconds, given := o.Value("expires_in"); given == resource.Set {
		it.Request.Expires = time.Duration(seconds.(int64)) * time.Second
	}
	if key := o.Text(keyMember).Or(""); key != "" {
		it.Request.Key = keyOf(b.who, key, fingerprint(o.Text("method").Or(""),
			asAlone(o.Text("path").Or(""), it.Request), it.Request))
	}
	return it
}

// named finds the write that a line of a number names, and the record that it is for.
func (b *batch) named(o *resource.Object, n int) (of writing, target uuid.UUID) {
	method, path := o.Text("method").Or(""), o.Text("path").Or("")
	if method == "" || path == "" {
		return of, target
	}
	at, id := path, ""
	if method == http.MethodPatch {
		end := strings.LastIndexByte(path, '/') + 1
		at, id = path[:end], path[end:]
	}
	of, known := b.writings[method+" "+at]
	switch {
	case strings.ContainsAny(path, "?#"):
		o.Refuse("path", resource.CodePattern, "must have no query; strict, verify and dry_run go for a whole batch, in its own query, "+
			"and expires_in is a member of the line")
	case !known:
		o.Refuse("path", resource.CodeEnum, "is not the path of a write by %s; %s", method, pathHint)
	case of.verb == resource.Update:
		var ok bool
		if target, ok = b.targetAt(o, n, id); !ok {
			o.Refuse("path", resource.CodeUUID, "the id at its end %s; this takes Waybill's id, and %s", resource.NotAnID,
				resource.FindBySource(of.kind, id))
		}
	}
	return of, target
}

// ofLine tells what is wrong with a line in the words of lines.
func ofLine(wrong []resource.Problem) *problem.Error {
	for i := range wrong {
		wrong[i].Message = strings.Replace(wrong[i].Message, "the body is", "the line is", 1)
		wrong[i].Message = strings.Replace(wrong[i].Message, "the body must be a JSON object", "the line must be a JSON object", 1)
	}
	return problem.InvalidBody(wrong...)
}
