// Package openapi holds the OpenAPI 3.1 document of the API that the binary of this release serves.
//
// The document is openapi.yaml beside this file and is written by hand. The tests of this package hold it against the
// contract and hold every example against its schema; package openapitest lets other packages hold real answers
// against it.
package openapi

import (
	_ "embed"
	"fmt"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/goccy/go-yaml"
)

//go:embed openapi.yaml
var document string

// Document returns the document as YAML, the bytes of openapi.yaml. The caller owns them. A string
// is embedded and copied at each call, because embedded bytes could be changed by anyone.
func Document() []byte {
	return []byte(document)
}

// JSON returns the same document as indented JSON, its members in the order of the YAML. The conversion is done once;
// the caller owns the bytes. An error means that openapi.yaml is not valid YAML, which the tests rule out.
func JSON() ([]byte, error) {
	converted, err := documentAsJSON()
	return []byte(converted), err
}

// documentAsJSON waits for the first who asks: most processes are never asked, and should start
// fast.
var documentAsJSON = sync.OnceValues(func() (string, error) {
	converted, err := yaml.YAMLToJSON([]byte(document))
	if err != nil {
		return "", fmt.Errorf("converting the OpenAPI document to JSON: %w", err)
	}
	indented := jsontext.Value(converted)
	if err := indented.Indent(jsontext.WithIndent("  ")); err != nil {
		return "", fmt.Errorf("indenting the OpenAPI document: %w", err)
	}
	return string(indented), nil
})
