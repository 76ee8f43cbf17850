package tables

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// The headers of forty calls and their answers may take some megabytes.
func TestWhatTakesMegabytesIsUnpackedAsItWasPacked(t *testing.T) {
	t.Parallel()
	b := box{packer: newPacker()}
	defer b.packer.close()
	plain := make([]byte, 7<<20)
	for i := range plain {
		plain[i] = byte(rand.IntN(40)) + ' '
	}
	packed, err := b.pack(plain, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := b.unpack(packed, nil); err != nil || !bytes.Equal(got, plain) {
		t.Errorf("%d of %d bytes, %v", len(got), len(plain), err)
	}
}
