#!/bin/bash
# SPDX-License-Identifier: MIT
# The SBOM of a build ($BUILD) is SPDX 2.3: it has the fields that must be there, names each library that the
# shared one needs, in the version that is installed and with a licence, and is the same each time.
. "$(dirname "$0")/../common.sh"
install_missing node=nodejs pkg-config=pkg-config
export SOURCE_DATE_EPOCH=1700000000
sbom=$("$top/doc/packaging/sbom.sh" "$BUILD")
[[ $sbom == "$(TZ=Asia/Tokyo LC_ALL=C "$top/doc/packaging/sbom.sh" "$BUILD")" ]] || { echo "it is another each time"; exit 1; }
needed=$(readelf -dW "$BUILD/lib/.libs/libsupa.so" | sed -n 's/.*NEEDED.*\[\(lib[a-z]*\)\.so.*/\1/p' | grep -v '^libc$' | sort)
versions=$(for module in $needed; do echo "$module=$(pkg-config --modversion "$module")"; done)
node - "$sbom" "$versions" <<'END'
const assert = require('assert/strict');
const [sbom, versions] = process.argv.slice(2);
const document = JSON.parse(sbom);
assert.equal(document.spdxVersion, 'SPDX-2.3');
assert.equal(document.dataLicense, 'CC0-1.0');
assert.equal(document.SPDXID, 'SPDXRef-DOCUMENT');
assert.match(document.documentNamespace, /^https:\/\/[^#]+$/);
assert.equal(document.creationInfo.created, '2023-11-14T22:13:20Z');
assert(document.name && document.creationInfo.creators.every(who => /^(Tool|Person|Organization): /.test(who)));
const ids = new Map(document.packages.map(one => [one.SPDXID, one]));
assert.equal(ids.size, document.packages.length, 'an id is there twice');
for (const one of document.packages) {
  assert.match(one.SPDXID, /^SPDXRef-[A-Za-z0-9.-]+$/);
  assert(one.name && one.versionInfo, 'a package without name or version');
  assert.match(one.downloadLocation, /^(https:\/\/.+|NOASSERTION)$/);
  assert.match(one.licenseConcluded, /^(MIT|curl|ISC|Apache-2\.0|OpenSSL)$/);
  assert.equal(one.filesAnalyzed, false);
  for (const to of one.externalRefs) {
    assert(to.referenceType === 'purl' ? to.referenceCategory === 'PACKAGE-MANAGER' && to.referenceLocator.startsWith('pkg:')
      : to.referenceType === 'cpe23Type' && /^cpe:2\.3:a(:[^:]+){10}$/.test(to.referenceLocator), to.referenceLocator);
  }
}
const linked = document.relationships.filter(one => one.relationshipType === 'DYNAMIC_LINK');
for (const one of document.relationships)
  assert(ids.has(one.relatedSpdxElement) && (ids.has(one.spdxElementId) || one.spdxElementId === document.SPDXID));
const named = linked.map(({relatedSpdxElement: id}) => `${id.slice(8)}=${ids.get(id).versionInfo}`).sort();
assert.deepEqual(named, versions.split('\n').sort(), 'not what the library is linked with');
console.log(`${named.length} libraries: ${named.join(', ')}`);
END
