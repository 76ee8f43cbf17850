package output

import (
	"bytes"
	stdjson "encoding/json"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/itchyny/gojq"
)

// filtered writes what the filter makes of a value: texts as they are, and everything else as a line of JSON.
func (p *Printer) filtered(v jsontext.Value) error {
	// Numbers stay as they were written: one above 2^53 would be another one.
	d := stdjson.NewDecoder(bytes.NewReader(v))
	d.UseNumber()
	var in any
	if err := d.Decode(&in); err != nil {
		return fmt.Errorf("reading what was answered: %w", err)
	}
	for results := p.Filter.Run(in); ; {
		one, ok := results.Next()
		if !ok {
			return nil
		}
		if err, failed := one.(error); failed {
			var halt *gojq.HaltError
			if errors.As(err, &halt) && halt.Value() == nil {
				return nil
			}
			return fmt.Errorf("--jq: %w", err)
		}
		line, isText := one.(string)
		if !isText {
			text, err := gojq.Marshal(one)
			if err != nil {
				return fmt.Errorf("--jq: %w", err)
			}
			line = string(text)
		}
		if err := p.text([]byte(line + "\n")); err != nil {
			return err
		}
	}
}
