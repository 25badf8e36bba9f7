^\S+ \S+ haproxy\S* (?:\[[A-Z]+\] +(?:\d+/\d+ )?\(\d+\) : )?(?:(?:Backup )?Server ([\w.:-]+/[\w.:-]+) is (DOWN|UP)[ ,.]|(?:backend|proxy) '?([\w.:-]+)'? has no server available!$)
