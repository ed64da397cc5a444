/* SPDX-License-Identifier: MIT */
#include "transport/folding.h"

int folding_is_unsafe(void)
{
    const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

    return info->version_num >= 0x075300 && info->version_num < 0x080100;
}

int folding_mend(char *line, size_t length)
{
    if (length == 0 || (*line != ' ' && *line != '\t'))
        return 0;
    *line = '-';
    return 1;
}
