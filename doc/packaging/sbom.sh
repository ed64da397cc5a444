#!/bin/sh
# SPDX-License-Identifier: MIT
# The SBOM of a build, on standard output: SPDX 2.3 in JSON, of libsupa and what it is linked with, in the
# versions that pkg-config finds. sbom.sh BUILD, or make sbom. The same build gives the same bytes: its time is
# SOURCE_DATE_EPOCH's, and 1970 without one. Debian has no generator of SPDX 2.3 for a C library that works
# from its .pc file without a network: bomtool writes 2.2 as tags, and takes licences from .pc files that have none.
set -eu
build=${1:?usage: sbom.sh BUILD}
pc=$build/lib/libsupa.pc
version=$(sed -n 's/^Version: //p' "$pc")
epoch=${SOURCE_DATE_EPOCH:-0} form=+%Y-%m-%dT%H:%M:%SZ
created=$(date -u -d "@$epoch" $form 2>/dev/null || date -u -r "$epoch" $form)

# NAME|SPDX licence|supplier|download|vendor:product of its CPE, or nothing where NVD has none that is sure
facts() {
  case $1 in
  libcurl) echo "curl|curl|Organization: curl project|https://curl.se/download/|haxx:curl" ;;
  libcjson) echo "cJSON|MIT|Person: Dave Gamble|https://github.com/DaveGamble/cJSON|davegamble:cjson" ;;
  libsodium) echo "libsodium|ISC|Person: Frank Denis|https://download.libsodium.org/libsodium/releases/|" ;;
  libcrypto)
    case $2 in
    1.*) echo "OpenSSL|OpenSSL|Organization: OpenSSL|https://www.openssl.org/source/|openssl:openssl" ;;
    *) echo "OpenSSL|Apache-2.0|Organization: OpenSSL|https://www.openssl.org/source/|openssl:openssl" ;;
    esac ;;
  *) echo "sbom.sh knows no licence of $1" >&2; return 1 ;;
  esac
}
modules=$(sed -n 's/^Requires\.private: //p' "$pc" | tr ',' '\n' | sed 's/^ *//; s/ .*//')
package() { # ID NAME VERSION LICENCE SUPPLIER DOWNLOAD CPE
  references="{\"referenceCategory\": \"PACKAGE-MANAGER\", \"referenceType\": \"purl\", \"referenceLocator\": \"pkg:generic/$2@$3\"}"
  [ -z "$7" ] || references="$references,
        {\"referenceCategory\": \"SECURITY\", \"referenceType\": \"cpe23Type\", \"referenceLocator\": \"cpe:2.3:a:$7:$3:*:*:*:*:*:*:*\"}"
  cat <<END
    {
      "SPDXID": "SPDXRef-$1",
      "name": "$2",
      "versionInfo": "$3",
      "supplier": "$5",
      "downloadLocation": "$6",
      "filesAnalyzed": false,
      "licenseConcluded": "$4",
      "licenseDeclared": "$4",
      "copyrightText": "NOASSERTION",
      "externalRefs": [
        $references
      ]
    }
END
}
packages() {
  package libsupa libsupa "$version" MIT NOASSERTION NOASSERTION ''
  for module in $modules; do
    found=$(pkg-config --modversion "$module")
    of_module=$(facts "$module" "$found")
    IFS='|' read -r name licence supplier download cpe <<END
$of_module
END
    echo "    ,"
    package "$module" "$name" "$found" "$licence" "$supplier" "$download" "$cpe"
  done
}
relationships() {
  printf '    {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-libsupa"}'
  for module in $modules; do
    printf ',\n    {"spdxElementId": "SPDXRef-libsupa", "relationshipType": "DYNAMIC_LINK", "relatedSpdxElement": "SPDXRef-%s"}' "$module"
  done
  echo
}
listed=$(packages)
digest=$(printf '%s %s' "$created" "$listed" | cksum | tr ' ' -)
cat <<END
{
  "spdxVersion": "SPDX-2.3",
  "dataLicense": "CC0-1.0",
  "SPDXID": "SPDXRef-DOCUMENT",
  "name": "libsupa-$version",
  "documentNamespace": "https://spdx.org/spdxdocs/libsupa-$version-$digest",
  "creationInfo": {"created": "$created", "creators": ["Tool: libsupa-sbom.sh-$version"]},
  "packages": [
$listed
  ],
  "relationships": [
$(relationships)
  ]
}
END
