#include "tools/smevemu/emu_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"
#include "crypto/cms.h"
#include "tools/smevemu/emu.h"
#include "tools/smevemu/emu_ftpd.h"
#include "tools/smevemu/emu_script.h"

#define SECRET_CHARS 30 /* of a name and a password; PROTOCOL 8.2 */
#define COPY_BYTES   (1 << 20)

static void
path_of(const struct emu *emu, char *path, const char *part, const char *name)
{
	snprintf(
	    path, PATH_MAX, "%.2000s/%s/%.1000s", emu->ftp_folder, part, name);
}

static int
remove_entry(
    const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

static void
remove_tree(const char *path)
{
	(void)nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

int
emu_store_open(struct emu *emu, struct err *err)
{
	static const char *const parts[] = { "in", "kept", "out" };
	char path[PATH_MAX];

	if (emu->ftp_folder == NULL)
		return 0;
	(void)mkdir(emu->ftp_folder, 0755);
	for (size_t i = 0; i < 3; i++) {
		path_of(emu, path, parts[i], "");
		if (i > 0)
			remove_tree(path);
		if (mkdir(path, 0755) == -1 && errno != EEXIST)
			return err_set(err, ERR_FATAL, "EMU_STORE",
			    "%.150s: %s", path, strerror(errno));
	}
	return 0;
}

/* Where participant uploads. */
static void
home_of(const struct emu *emu, const struct emu_participant *participant,
    char *path)
{
	path_of(emu, path, "in", participant->ftp_user);
}

void
emu_store_know(struct emu *emu, struct emu_participant *participant)
{
	char home[PATH_MAX];

	if (emu->ftpd == NULL)
		return;
	home_of(emu, participant, home);
	(void)mkdir(home, 0755);
	emu_ftpd_add(emu->ftpd, participant->ftp_user,
	    participant->ftp_password, true, home);
}

int
emu_store_serve(struct emu *emu, struct err *err)
{
	struct emu_participant *participant = emu->participants;

	if (emu->ftp_folder == NULL)
		return 0;
	if (emu_store_open(emu, err) == -1
	    || emu_ftpd_start(
		   emu->base, emu->ftp_address, emu->ftp_port, &emu->ftpd, err)
		== -1)
		return -1;
	for (; participant != NULL; participant = participant->next)
		emu_store_know(emu, participant);
	return 0;
}

void
emu_store_close(struct emu *emu)
{
	emu_ftpd_stop(emu->ftpd);
	emu->ftpd = NULL;
}

/* What an answer in XML can carry. */
static bool
good_name(const char *name)
{
	const char *at = name;

	while ((unsigned char)*at >= ' ')
		at++;
	return *at == '\0' && str_utf8(name, strlen(name));
}

/* The one regular file of folder, with its size. */
static const char *
look_into(const char *folder, struct emu_file *file)
{
	DIR *dir = opendir(folder);
	const char *why = NULL;
	struct dirent *entry;
	struct stat st;

	if (dir == NULL)
		return "в папке отправителя нет папки с этим uuid";
	while (why == NULL && (entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0
		    || strcmp(entry->d_name, "..") == 0)
			continue;
		if (file->name != NULL)
			why = "в папке больше одного файла";
		else if (fstatat(dirfd(dir), entry->d_name, &st,
			     AT_SYMLINK_NOFOLLOW)
			== -1
		    || !S_ISREG(st.st_mode))
			why = "в папке не обычный файл";
		else if (!good_name(entry->d_name))
			why = "имя файла не в UTF-8 или с управляющими знаками";
		else {
			file->name = xstrdup(entry->d_name);
			file->bytes = st.st_size;
		}
	}
	closedir(dir);
	if (why == NULL && file->name == NULL)
		why = "папка пуста";
	if (why != NULL) {
		free(file->name);
		file->name = NULL;
		file->bytes = 0;
	}
	return why;
}

const char *
emu_store_find(const struct emu *emu, const struct emu_participant *sender,
    struct emu_file *file)
{
	char home[PATH_MAX], folder[PATH_MAX + 64];

	if (emu->ftp_folder == NULL)
		return "у эмулятора нет файлового хранилища (директива ftp)";
	home_of(emu, sender, home);
	snprintf(folder, sizeof(folder), "%s/%s", home, file->uuid);
	return look_into(folder, file);
}

int
emu_store_read_upload(const struct emu *emu,
    const struct emu_participant *sender, const struct emu_file *file)
{
	char home[PATH_MAX], path[PATH_MAX + 1100];

	if (file->name == NULL)
		return -1;
	home_of(emu, sender, home);
	snprintf(
	    path, sizeof(path), "%s/%s/%.1000s", home, file->uuid, file->name);
	return open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

/* A folder of its own for the files in kept/. */
static void
make_kept(struct emu *emu, struct emu_files *files, char *path)
{
	if (files->kept[0] == '\0')
		uuid_v4(files->kept);
	path_of(emu, path, "kept", files->kept);
	(void)mkdir(path, 0755);
}

bool
emu_store_take(struct emu *emu, const struct emu_participant *sender,
    struct emu_files *files)
{
	char home[PATH_MAX], kept[PATH_MAX], from[PATH_MAX + 64],
	    to[PATH_MAX + 64];
	bool all = true;

	home_of(emu, sender, home);
	make_kept(emu, files, kept);
	for (struct emu_file *file = files->first; file != NULL;
	     file = file->next) {
		snprintf(from, sizeof(from), "%s/%s", home, file->uuid);
		snprintf(to, sizeof(to), "%s/%s", kept, file->uuid);
		if (file->name == NULL || rename(from, to) == -1)
			all = false;
	}
	return all;
}

/* All of from into to, without holding it. */
static int
copy_file(const char *from, const char *to, int64_t *ret_bytes)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ssize_t n = in == -1 || out == -1 ? -1 : 1;

	*ret_bytes = 0;
	while (n > 0) {
		n = copy_file_range(in, NULL, out, NULL, COPY_BYTES, 0);
		*ret_bytes += n > 0 ? n : 0;
	}
	if (in != -1)
		close(in);
	if (out != -1)
		close(out);
	return n == 0 ? 0 : -1;
}

int
emu_store_put(struct emu *emu, const char *path, struct emu_files *files,
    struct emu_file *file, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char kept[PATH_MAX], to[PATH_MAX + 1100];
	int length;

	if (emu->ftpd == NULL)
		return err_set(err, ERR_REFUSE, "EMU_STORE",
		    "no file store: ftp ADDRESS PORT FOLDER, and it serves "
		    "only once started");
	make_kept(emu, files, kept);
	uuid_v1(file->uuid);
	file->name = xstrdup(slash == NULL ? path : slash + 1);
	length = snprintf(to, sizeof(to), "%s/%s", kept, file->uuid);
	(void)mkdir(to, 0755);
	snprintf(
	    to + length, sizeof(to) - (size_t)length, "/%.1000s", file->name);
	if (copy_file(path, to, &file->bytes) == -1)
		return err_set(err, ERR_REFUSE, "EMU_STORE", "%.150s: %s", path,
		    strerror(errno));
	return 0;
}

/* Path of a file that was taken. */
static void
kept_path(const struct emu *emu, const struct emu_files *files,
    const struct emu_file *file, char *path)
{
	snprintf(path, PATH_MAX, "%.2000s/kept/%s/%s/%.1000s", emu->ftp_folder,
	    files->kept, file->uuid, file->name);
}

int
emu_store_read(const struct emu *emu, const struct emu_files *files,
    const struct emu_file *file)
{
	char path[PATH_MAX];

	if (files->kept[0] == '\0' || file->name == NULL)
		return -1;
	kept_path(emu, files, file, path);
	return open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

/* Random letters and digits. */
static void
secret(char ret[SECRET_CHARS + 1])
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789";

	for (int i = 0; i < SECRET_CHARS; i++)
		ret[i] = letters[rand_below(sizeof(letters) - 1)];
	ret[SECRET_CHARS] = '\0';
}

/* The file at kept as it is, or with its size and other bytes. */
static bool
place(const char *kept, const char *path, int64_t bytes, bool spoilt)
{
	bool good;
	int fd;

	if (!spoilt)
		return link(kept, path) == 0;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd == -1)
		return false;
	good = ftruncate(fd, bytes) == 0
	    && pwrite(fd, "spoilt", bytes < 6 ? (size_t)bytes : 6, 0) != -1;
	close(fd);
	return good;
}

static void
hurt(struct emu *emu, const char *user, const struct emu_harm *harm)
{
	if (harm->ftp_refuse)
		emu_ftpd_hurt(emu->ftpd, user, "refuse", 0, 0);
	if (harm->ftp_cut > 0)
		emu_ftpd_hurt(emu->ftpd, user, "cut", harm->ftp_cut, 0);
	if (harm->slow > 0)
		emu_ftpd_hurt(emu->ftpd, user, "slow", harm->slow, 0);
}

void
emu_store_offer(
    struct emu *emu, struct emu_message *msg, const struct emu_harm *harm)
{
	const struct emu_file *file = msg->files->first;
	char home[PATH_MAX], kept[PATH_MAX], to[PATH_MAX + 1100];
	int length;

	secret(msg->ftp_user);
	secret(msg->ftp_password);
	path_of(emu, home, "out", msg->ftp_user);
	(void)mkdir(home, 0755);
	for (; file != NULL && !harm->missing; file = file->next) {
		length = snprintf(to, sizeof(to), "%s/%s", home, file->uuid);
		(void)mkdir(to, 0755);
		snprintf(to + length, sizeof(to) - (size_t)length, "/%.1000s",
		    file->name);
		kept_path(emu, msg->files, file, kept);
		if (!place(kept, to, file->bytes, harm->wrong_hash))
			log_event(LOG_LEVEL_ERROR,
			    "message=%s file=%s result=failed", msg->id,
			    file->uuid);
	}
	if (emu->ftpd == NULL)
		return;
	emu_ftpd_add(emu->ftpd, msg->ftp_user, msg->ftp_password, false, home);
	hurt(emu, msg->ftp_user, harm);
}

void
emu_store_withdraw(struct emu *emu, struct emu_message *msg)
{
	char home[PATH_MAX];

	if (msg->ftp_user[0] == '\0')
		return;
	if (emu->ftpd != NULL)
		emu_ftpd_remove(emu->ftpd, msg->ftp_user);
	path_of(emu, home, "out", msg->ftp_user);
	remove_tree(home);
	msg->ftp_user[0] = msg->ftp_password[0] = '\0';
}

void
emu_files_free(struct emu_files *files)
{
	struct emu_file *file, *next;

	if (files == NULL)
		return;
	for (file = files->first; file != NULL; file = next) {
		next = file->next;
		cms_free(file->cms);
		free(file->name);
		free(file);
	}
	free(files);
}

void
emu_store_drop(struct emu *emu, struct emu_message *msg)
{
	struct emu_files *files = msg->files;
	struct emu_message **at;
	char kept[PATH_MAX];

	if (files == NULL)
		return;
	for (at = &files->waiting; *at != NULL; at = &(*at)->wait_next) {
		if (*at == msg) {
			*at = msg->wait_next;
			break;
		}
	}
	emu_store_withdraw(emu, msg);
	msg->files = NULL;
	if (--files->users > 0)
		return;
	if (files->kept[0] != '\0') {
		path_of(emu, kept, "kept", files->kept);
		remove_tree(kept);
	}
	emu_files_free(files);
}
