package postgres

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// The beginning and the end of what COPY reads, with flags and an extension of which there are none:
// https://www.postgresql.org/docs/18/sql-copy.html#id-1.9.3.55.9.4 (2026-11-27).
const (
	copyBegin = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00"
	copyEnd   = "\xff\xff"
	copyNull  = "\xff\xff\xff\xff"
)

// copied are rows as COPY reads them, of columns of these types.
func copied(types []uint32, rows [][]any) (io.Reader, error) {
	var out bytes.Buffer
	out.WriteString(copyBegin)
	for _, row := range rows {
		out.Write(binary.BigEndian.AppendUint16(nil, uint16(len(row))))
		for i, v := range row {
			raw, format, err := bindOne(types[i], v)
			if err == nil && format == asText && !isText(types[i]) {
				err = refused(types[i], v)
			}
			switch {
			case err != nil:
				return nil, fmt.Errorf("column %d: %w", i+1, err)
			case raw == nil:
				out.WriteString(copyNull)
			default:
				out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(raw))))
				out.Write(raw)
			}
		}
	}
	out.WriteString(copyEnd)
	return &out, nil
}
