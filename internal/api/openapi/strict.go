package openapi

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Strict leaves out of answers and events what the contract lacks, for clients whose decoders refuse
// it. It knows such members by the mark that the document gives them, x-extension, and so nobody who
// answers need think of it.
type Strict struct{ d described }

// described is what of the document tells what bodies hold.
type described struct {
	Paths      map[string]map[string]jsontext.Value `json:"paths"`
	Webhooks   map[string]map[string]jsontext.Value `json:"webhooks"`
	Components struct {
		Schemas   map[string]*schema `json:"schemas"`
		Responses map[string]*body   `json:"responses"`
	} `json:"components"`
}

// body is a request's or a response's, or a reference to one.
type body struct {
	Ref     string `json:"$ref"`
	Content map[string]struct {
		Schema *schema `json:"schema"`
	} `json:"content"`
}

// operation is a route or a delivery.
type operation struct {
	RequestBody *body            `json:"requestBody"`
	Responses   map[string]*body `json:"responses"`
}

// schema is what of one tells which members a value has.
type schema struct {
	Ref        string             `json:"$ref"`
	Extension  bool               `json:"x-extension"`
	Properties map[string]*schema `json:"properties"`
	Items      *schema            `json:"items"`
	AnyOf      []*schema          `json:"anyOf"`
	AllOf      []*schema          `json:"allOf"`
	OneOf      []*schema          `json:"oneOf"`
	// Additional is a boolean or a schema.
	Additional jsontext.Value `json:"additionalProperties"`
}

// NewStrict reads the document.
func NewStrict() (*Strict, error) {
	text, err := documentAsJSON()
	if err != nil {
		return nil, err
	}
	s := &Strict{}
	if err := json.Unmarshal([]byte(text), &s.d); err != nil {
		return nil, fmt.Errorf("reading what the OpenAPI document says of bodies: %w", err)
	}
	return s, nil
}

// Answer returns the body of an answer to a route without what the contract lacks. What the document
// does not describe is returned as it is.
func (s *Strict) Answer(method, path string, status int, text []byte) ([]byte, error) {
	o, err := operationOf(s.d.Paths[path], method)
	if err != nil || o == nil {
		return text, err
	}
	b := o.Responses[strconv.Itoa(status)]
	if b != nil && b.Ref != "" {
		b = s.d.Components.Responses[last(b.Ref)]
	}
	return s.without(b.json(), text)
}

// Event returns the data of an event without what the contract lacks, under the same condition.
func (s *Strict) Event(name string, data []byte) ([]byte, error) {
	o, err := operationOf(s.d.Webhooks[name], http.MethodPost)
	if err != nil || o == nil {
		return data, err
	}
	var items []*schema
	for _, envelope := range s.flat(o.RequestBody.json()) {
		for _, list := range s.flat(envelope.Properties["data"]) {
			items = append(items, list.Items)
		}
	}
	return s.without(&schema{AnyOf: items}, data)
}

func operationOf(item map[string]jsontext.Value, method string) (*operation, error) {
	raw := item[strings.ToLower(method)]
	if raw == nil {
		return nil, nil
	}
	o := &operation{}
	if err := json.Unmarshal(raw, o); err != nil {
		return nil, fmt.Errorf("reading an operation of the OpenAPI document: %w", err)
	}
	return o, nil
}

// json is the schema of a JSON body; nil if it has none.
func (b *body) json() *schema {
	if b == nil {
		return nil
	}
	return b.Content["application/json"].Schema
}

func last(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

// flat are all schemas that a value may be of: those that it refers to or is put together of.
func (s *Strict) flat(of *schema) []*schema {
	if of == nil {
		return nil
	}
	all := []*schema{of}
	if of.Ref != "" {
		all = append(all, s.flat(s.d.Components.Schemas[last(of.Ref)])...)
	}
	for _, some := range [][]*schema{of.AnyOf, of.AllOf, of.OneOf} {
		for _, one := range some {
			all = append(all, s.flat(one)...)
		}
	}
	return all
}

// without copies a text token by token, so that members keep their order and numbers their digits.
func (s *Strict) without(of *schema, text []byte) ([]byte, error) {
	if of == nil {
		return text, nil
	}
	var out bytes.Buffer
	in := jsontext.NewDecoder(bytes.NewReader(text))
	if err := s.copy(jsontext.NewEncoder(&out, jsontext.PreserveRawStrings(true)), in, of); err != nil {
		return nil, fmt.Errorf("leaving extensions out of a body: %w", err)
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}

func (s *Strict) copy(out *jsontext.Encoder, in *jsontext.Decoder, of *schema) error {
	kinds := s.flat(of)
	switch in.PeekKind() {
	case '{':
		return s.each(out, in, '}', func() error { return s.member(out, in, kinds) })
	case '[':
		var items []*schema
		for _, k := range kinds {
			items = append(items, k.Items)
		}
		return s.each(out, in, ']', func() error { return s.copy(out, in, &schema{AnyOf: items}) })
	}
	value, err := in.ReadValue()
	if err != nil {
		return err
	}
	return out.WriteValue(value)
}

// each copies an object or a list, whose parts one copies.
func (s *Strict) each(out *jsontext.Encoder, in *jsontext.Decoder, end jsontext.Kind, one func() error) error {
	token, err := in.ReadToken()
	if err != nil {
		return err
	}
	if err := out.WriteToken(token); err != nil {
		return err
	}
	for in.PeekKind() != end {
		if in.PeekKind() == 0 {
			_, err := in.ReadToken()
			return err
		}
		if err := one(); err != nil {
			return err
		}
	}
	if token, err = in.ReadToken(); err != nil {
		return err
	}
	return out.WriteToken(token)
}

// member copies a member with its value, unless every schema that knows it has it as an extension.
func (s *Strict) member(out *jsontext.Encoder, in *jsontext.Decoder, kinds []*schema) error {
	name, err := in.ReadToken()
	if err != nil {
		return err
	}
	var values []*schema
	extension := false
	for _, k := range kinds {
		value := k.Properties[name.String()]
		if value == nil && k.Additional.Kind() == '{' {
			value = &schema{}
			if err := json.Unmarshal(k.Additional, value); err != nil {
				return err
			}
		}
		if value != nil {
			extension = value.Extension && (extension || len(values) == 0)
			values = append(values, value)
		}
	}
	if extension {
		return in.SkipValue()
	}
	if err := out.WriteToken(name); err != nil {
		return err
	}
	return s.copy(out, in, &schema{AnyOf: values})
}
